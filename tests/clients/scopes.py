"""scopes.py LUNETTE: what Lunette and the `openstack` command ask Keystone for, over entries of clouds.yaml and options.

A Keystone that only listens answers both. They must ask for the same user and scope, except where `openstack` refuses
the options, ignores one of them, or names no domain at all (as the shell's own default is not part of the library), and
for `domain_name` and `domain_id`: to Lunette they are a scope, as documented.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from osc_lib.api import auth
from osc_lib.cli import client_config

ENTRIES = [
    "user_domain_name: U, project_name: n, project_domain_name: P",
    "user_domain_id: u, project_name: n, project_domain_id: p",
    "user_domain_name: U, project_id: i, project_name: n, project_domain_name: P",
    "domain_name: D, project_name: n",
    "domain_id: d, project_id: i",
    "default_domain_name: X, project_name: n",
    "default_domain_id: x, project_name: n",
    "user_domain_name: U, domain_name: D",
    "domain_name: D",
    "domain_id: d",
    "user_domain_name: U",
    "user_domain_name: U, system_scope: all",
    "user_domain_name: U, trust_id: t",
]
OPTIONS = [
    {},
    {"project_name": "o1"},
    {"project_id": "o1"},
    {"trust_id": "o1"},
    {"domain_name": "O1"},
    {"domain_id": "o1"},
    {"system_scope": "all"},
    {"username": "v1"},
    {"user_id": "v1"},
    {"user_domain_name": "V1"},
    {"user_domain_id": "v1"},
    {"project_domain_name": "Q1"},
    {"project_domain_id": "q1"},
    {"project_name": "o1", "project_domain_name": "Q1"},
    {"username": "v1", "user_domain_name": "V1"},
    {"project_name": "o1", "default_domain": "w1"},
]
ASKED = []


class Keystone(BaseHTTPRequestHandler):
    """Notes every log-in, and refuses it."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        link = {"rel": "self", "href": f"http://{self.headers['Host']}/v3/"}
        self.answer(200, {"version": {"id": "v3.14", "status": "stable", "links": [link]}})

    def do_POST(self):
        ASKED.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["auth"])
        message = "The request you have made requires authentication."
        self.answer(401, {"error": {"code": 401, "message": message, "title": "Unauthorized"}})

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def line(options):
    return [word for key, value in options.items() for word in (f"--os-{key.replace('_', '-')}", value)]


def openstack(path, options):
    """What the `openstack` command asks for; None where it refuses the options itself."""
    ASKED.clear()
    parser = auth.build_auth_plugins_option_parser(argparse.ArgumentParser())
    parser.add_argument("--os-cloud", dest="cloud")
    parser.add_argument("--os-default-domain", dest="default_domain", default="default")
    chosen, _ = parser.parse_known_args([*line(options), "--os-cloud", "a"])
    try:
        config = client_config.OSC_Config(
            config_files=[path], secure_files=[], override_defaults={"interface": None, "auth_type": None}
        )
        config.get_one(cloud="a", argparse=chosen).get_session().get_token()
    except Exception:  # every one means that nobody is logged in
        pass
    return describe(ASKED[-1]) if ASKED else None


def lunette(binary, path, options):
    ASKED.clear()
    command = [binary, "--no-token-cache", "--os-cloud", "a", *line(options), "-e", "cloud:images():first()"]
    environment = {**os.environ, "OS_CLIENT_CONFIG_FILE": path}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return describe(ASKED[-1]) if ASKED else done.stderr


def named(thing):
    if "id" in thing:
        return "#" + thing["id"]
    domain = thing.get("domain")
    return f"{thing['name']}@{named(domain)}" if domain else thing["name"]


def describe(asked):
    user = named(asked["identity"]["password"]["user"])
    scope = asked.get("scope", {})
    kind = next(iter(scope), "nothing") if isinstance(scope, dict) else scope
    target = scope[kind] if kind in ("project", "domain", "OS-TRUST:trust") else None
    return f"{user} for {kind} {named(target) if target else ''}".strip()


def is_ignored(answer, options):
    """Whether an option left no trace in what was asked for."""
    traces = {"system_scope": "system"}
    return any(traces.get(key, value) not in answer for key, value in options.items())


def has_domains(answer):
    """Whether user and project are named so that Keystone can find them."""
    user, scope = answer.split(" for ")
    return all("@" in name or "#" in name for name in [user] + [scope] * scope.startswith("project"))


def main(binary):
    for name in [name for name in os.environ if name.startswith("OS_")]:
        del os.environ[name]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Keystone)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v3"
    same, different = 0, 0
    for entry in ENTRIES:
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(f"clouds:\n  a:\n    auth: {{auth_url: '{url}', username: u, password: p, {entry}}}\n")
            file.flush()
            for options in OPTIONS:
                theirs = openstack(file.name, options)
                is_judge = theirs and has_domains(theirs) and not is_ignored(theirs, options)
                if not is_judge or {"domain_name", "domain_id"} & set(options):
                    continue
                ours = lunette(binary, file.name, options)
                same, different = same + (ours == theirs), different + (ours != theirs)
                if ours != theirs:
                    print(f"{entry} with {options}\n  openstack: {theirs}\n  lunette:   {ours}")
    print(f"scopes: {same} the same, {different} different")
    return 1 if different or same < 80 else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
