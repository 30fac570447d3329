"""The sharing guide by `openstack` and by `glance`, as people type it today.

    check.py CLOUDS_YAML FOLDER

A server is the Image service to the extent that these clients cannot tell. Each
command is a fork of this process: to load a client takes longer than to run it.
"""

import hashlib
import json
import os
import sys
import uuid

import glanceclient.shell
import openstackclient.shell
import yaml

CLOUDS_YAML, FOLDER = sys.argv[1:]
for name in [name for name in os.environ if name.startswith("OS_")]:
    del os.environ[name]
os.environ.update(OS_CLIENT_CONFIG_FILE=CLOUDS_YAML, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
with open(CLOUDS_YAML) as file:
    CLOUDS = yaml.safe_load(file)["clouds"]

DATA = bytes(range(256)) * 300
done = []


def command(run, words):
    """Exit code, stdout and stderr of the client's own main, in a process of its own."""
    paths = [os.path.join(FOLDER, name) for name in ("stdout", "stderr")]
    child = os.fork()
    if child == 0:
        for number, path in enumerate(paths, 1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        try:
            code = run([str(word) for word in words]) or 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException as error:  # glance's own entry point prints it just so
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


def fail(words, why):
    sys.exit(f"clients: {' '.join(map(str, words))}\n{why}")


def openstack(cloud, *words, refused=None):
    """The JSON answer; or, where it must fail, the words it must fail with."""
    code, out, err = command(openstackclient.shell.main, ["--os-cloud", cloud, *words])
    words = ("openstack", "--os-cloud", cloud, *words)
    if refused is not None:
        if code == 0 or refused not in err:
            fail(words, f"wanted a failure that says {refused!r}, got {code}\n{out}{err}")
        return None
    if code != 0:
        fail(words, f"exit code {code}\n{out}{err}")
    return json.loads(out) if "json" in words else out


def glance(cloud, *words):
    auth = CLOUDS[cloud]["auth"]
    options = [f"--os-{key.replace('_', '-')}={auth[key]}" for key in auth]
    code, out, err = command(lambda argv: glanceclient.shell.OpenStackImagesShell().main(argv), [*options, *words])
    if code != 0:
        fail(("glance", *words), f"as {cloud}: exit code {code}\n{out}{err}")
    return out


def equal(what, got, wanted):
    if got != wanted:
        fail([what], f"wanted {wanted!r}\ngot    {got!r}")
    done.append(what)


def table(out):
    """The rows of a drawn table, without its head."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in out.splitlines() if line.startswith("|")]
    return rows[1:]


def listed(cloud, *filters):
    """Is the image in this list?"""
    return IMAGE in [row["ID"] for row in openstack(cloud, "image", "list", *filters, "-f", "json")]


def members(cloud):
    rows = openstack(cloud, "image", "member", "list", IMAGE, "-f", "json")
    return sorted((row["Member ID"], row["Status"]) for row in rows)


def show(cloud, ref):
    return openstack(cloud, "image", "show", ref, "-f", "json")


source, NAME = os.path.join(FOLDER, "source"), f"clients-{uuid.uuid4().hex[:8]}"
with open(source, "wb") as file:
    file.write(DATA)


def download(tool, cloud, *words):
    path = os.path.join(FOLDER, "saved")
    tool(cloud, *words[:-1], "--file", path, words[-1])
    with open(path, "rb") as saved:
        data = saved.read()
    os.remove(path)
    return data


# ---- logging in
PROJECT = {cloud: openstack(cloud, "token", "issue", "-f", "json")["project_id"] for cloud in CLOUDS}
equal("an application credential is of its project", PROJECT["project-a-appcred"], PROJECT["project-a"])
equal("projects are different", len({PROJECT[f"project-{letter}"] for letter in "abc"}), 3)
equal("the catalogue has the Image service",
      [row["Type"] for row in openstack("project-a", "catalog", "list", "-f", "json") if row["Type"] == "image"], ["image"])
A, B, C, READER = "project-a", "project-b", "project-c", "project-a-reader"

# ---- A makes an image
made = openstack(A, "image", "create", "--file", source, "--disk-format", "raw", "--container-format", "bare",
                 "--private", "--property", "os_distro=freebsd", NAME, "-f", "json")
IMAGE = made["id"]
made = show(A, NAME)
equal("image create", {key: made[key] for key in ("id", "name", "status", "visibility", "size", "owner", "checksum")}, {
    "id": IMAGE, "name": NAME, "status": "active", "visibility": "private", "size": len(DATA),
    "owner": PROJECT[A], "checksum": hashlib.md5(DATA).hexdigest()})
equal("its property and its hash", (made["properties"]["os_distro"], made["properties"]["os_hash_value"]),
      ("freebsd", hashlib.sha512(DATA).hexdigest()))
equal("image list has it, the reader's too", (listed(A), listed(READER), listed("project-a-appcred")), (True, True, True))
equal("others do not see a private image", (listed(B), listed("admin", "--private")), (False, True))
openstack(B, "image", "show", IMAGE, refused="No Image found")
openstack(A, "image", "add", "project", IMAGE, PROJECT[B], refused="403")
openstack(READER, "image", "delete", IMAGE, refused="Failed to delete 1 of 1 images")

# ---- A shares it with B
openstack(A, "image", "set", "--shared", IMAGE)
equal("image set --shared", show(A, IMAGE)["visibility"], "shared")
added = openstack(A, "image", "add", "project", IMAGE, PROJECT[B], "-f", "json")
equal("image add project", (added["image_id"], added["member_id"], added["status"]), (IMAGE, PROJECT[B], "pending"))
openstack(A, "image", "add", "project", IMAGE, PROJECT[B], refused="409")
equal("a pending image is offered, and in no list",
      (listed(B), listed(B, "--member-status", "pending"), listed(B, "--shared", "--member-status", "all")), (False, True, True))
equal("B sees a pending image by its ID", show(B, IMAGE)["owner"], PROJECT[A])
openstack(A, "image", "set", "--accept", IMAGE, refused="404")
openstack(C, "image", "set", "--accept", IMAGE, refused="No Image found")

# ---- B accepts it
openstack(B, "image", "set", "--accept", IMAGE)
equal("image set --accept", (listed(B), listed(B, "--member-status", "pending"), listed(C)), (True, False, False))
equal("image member list, both sides", (members(A), members(B)), ([(PROJECT[B], "accepted")],) * 2)
equal("image save by B", download(openstack, B, "image", "save", IMAGE) == DATA, True)
openstack(A, "image", "add", "project", IMAGE, PROJECT[C])
equal("a member sees itself only", (len(members(A)), members(B), members(C)),
      (2, [(PROJECT[B], "accepted")], [(PROJECT[C], "pending")]))
openstack(B, "image", "set", "--reject", IMAGE)
equal("image set --reject", (listed(B), listed(B, "--member-status", "rejected")), (False, True))
openstack(B, "image", "set", "--name", "stolen", IMAGE, refused="403")
openstack(B, "image", "delete", IMAGE, refused="Failed to delete 1 of 1 images")

# ---- A changes it, withdraws it, deletes it
openstack(A, "image", "set", "--property", "os_version=14", "--tag", "router", "--min-disk", "4", IMAGE)
openstack(A, "image", "unset", "--property", "os_distro", IMAGE)
changed = show(A, IMAGE)
equal("image set and unset", (changed["min_disk"], changed["tags"], changed["properties"].get("os_version"),
                              "os_distro" in changed["properties"]), (4, ["router"], "14", False))
equal("image list --tag", (listed(A, "--tag", "router"), listed(A, "--tag", "router", "--tag", "none")), (True, False))
openstack(A, "image", "remove", "project", IMAGE, PROJECT[B])
equal("image remove project", members(A), [(PROJECT[C], "pending")])
openstack(B, "image", "show", IMAGE, refused="No Image found")
openstack(A, "image", "set", "--protected", IMAGE)
openstack(A, "image", "delete", IMAGE, refused="Failed to delete 1 of 1 images")
openstack(A, "image", "set", "--unprotected", IMAGE)
openstack(A, "image", "delete", IMAGE)
equal("image delete", listed(A), False)
openstack(A, "image", "show", IMAGE, refused="No Image found")

# ---- the same by the older client, which uploads in chunks
rows = dict(table(glance(A, "image-create", "--name", NAME, "--visibility", "shared", "--disk-format", "raw",
                         "--container-format", "bare", "--file", source)))
IMAGE = rows["id"]
equal("glance image-create", (rows["status"], rows["size"], rows["visibility"]), ("active", str(len(DATA)), "shared"))
equal("glance member-create", table(glance(A, "member-create", IMAGE, PROJECT[B])), [[IMAGE, PROJECT[B], "pending"]])
equal("glance member-update", table(glance(B, "member-update", IMAGE, PROJECT[B], "accepted")),
      [[IMAGE, PROJECT[B], "accepted"]])
equal("glance member-list", table(glance(A, "member-list", "--image-id", IMAGE)), [[IMAGE, PROJECT[B], "accepted"]])
equal("glance image-list", [IMAGE, NAME] in table(glance(B, "image-list")), True)
equal("glance image-show", dict(table(glance(B, "image-show", IMAGE)))["owner"], PROJECT[A])
equal("glance image-download", download(glance, B, "image-download", IMAGE) == DATA, True)
glance(A, "member-delete", IMAGE, PROJECT[B])
glance(A, "image-delete", IMAGE)
equal("glance image-delete", [IMAGE, NAME] in table(glance(A, "image-list")), False)

print(f"clients: {len(done)} answers as they should be")
