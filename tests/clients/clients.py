"""Clients as functions, and how their answers are judged.

    CHECK.py FOLDER CLOUDS_YAML [LUNETTE]

`openstack` and `glance` are forks of this process: to load one takes longer than
to run it.
"""

import json
import os
import subprocess
import sys

import glanceclient.shell
import openstackclient.shell
import yaml

FOLDER, CLOUDS_YAML, LUNETTE = [*sys.argv[1:], None][:3]
A, B, C, READER = "project-a", "project-b", "project-c", "project-a-reader"

for variable in [variable for variable in os.environ if variable.startswith("OS_")]:
    del os.environ[variable]
os.environ.update(OS_CLIENT_CONFIG_FILE=CLOUDS_YAML, XDG_CACHE_HOME=FOLDER, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
with open(CLOUDS_YAML, encoding="utf-8") as file:
    CLOUDS = yaml.safe_load(file)["clouds"]
answers = 0


def openstack(cloud, *words, refused=None):
    """What it prints, read where that is JSON. `refused`: what its error must say, as it must fail."""
    words = ["--os-cloud", cloud, *words]
    code, out, err = forked(openstackclient.shell.main, words)
    if refused is None:
        return answer("openstack", words, code, out, err)
    if code == 0 or refused not in err:
        fail("openstack", words, f"must fail and say {refused!r}, but exited with {code}\n{out}{err}")
    return None


def glance(cloud, *words):
    """The cells that it draws, row by row, without the head."""
    auth = CLOUDS[cloud]["auth"]
    options = [f"--os-{key.replace('_', '-')}={auth[key]}" for key in auth]
    code, out, err = forked(lambda argv: glanceclient.shell.OpenStackImagesShell().main(argv), [*options, *words])
    answer("glance", words, code, out, err)
    rows = [line.strip("|").split("|") for line in out.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def lunette(cloud, *words, code=0):
    """What it prints, read where that is JSON; `code` is how it must end."""
    words = ["--os-cloud", cloud, *words]
    end = subprocess.run([LUNETTE, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    return answer("lunette", words, end.returncode, end.stdout, end.stderr, wanted=code)


def show(cloud, image):
    return openstack(cloud, "image", "show", image, "-f", "json")


def listed(cloud, image, *filters):
    return image in [row["ID"] for row in openstack(cloud, "image", "list", *filters, "-f", "json")]


def members(cloud, image):
    rows = openstack(cloud, "image", "member", "list", image, "-f", "json")
    return sorted((row["Member ID"], row["Status"]) for row in rows)


def project(cloud):
    return openstack(cloud, "token", "issue", "-f", "json")["project_id"]


def equal(what, got, wanted):
    global answers
    if got != wanted:
        sys.exit(f"{what}\n  must be {wanted!r}\n  but is {got!r}")
    answers += 1


def forked(main, words):
    """Exit code, stdout and stderr of a client's main function, in a process of its own."""
    paths = [os.path.join(FOLDER, name) for name in ("stdout", "stderr")]
    child = os.fork()
    if child == 0:
        for stream, path in enumerate(paths, 1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
        try:
            code = main([str(word) for word in words]) or 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException as error:  # as glance's own entry point does
            code = print(error, file=sys.stderr) or 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    texts = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    return code, *texts


def answer(client, words, code, out, err, wanted=0):
    if code != wanted:
        fail(client, words, f"must exit with {wanted}, but did with {code}\n{out}{err}")
    if code != 0 or "json" not in words:
        return out
    try:
        return json.loads(out)
    except ValueError as error:
        return fail(client, words, f"must print JSON: {error}\n{out}{err}")


def fail(client, words, why):
    sys.exit(f"{client} {' '.join(map(str, words))}\n{why}")
