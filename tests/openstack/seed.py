"""Fills the cloud that `up` has started.

    seed.py cloud DIR KEYSTONE GLANCE...  all of it, a Glance for each region, and
                                          DIR/clouds.yaml as the last
    seed.py image DIR                     the guide's image, made anew
"""

import json
import os
import sys

import requests

REGIONS, PASSWORD = ["RegionOne", "RegionTwo"], "secret"
# user, project, role; each is a clouds.yaml entry's credentials
PEOPLE = [
    ("glance", "service", "service"),
    ("alice", "project-a", "member"),
    ("bob", "project-b", "member"),
    ("carol", "project-c", "member"),
    ("alice-reader", "project-a", "reader"),
]
# what every project may use of Glance, sizes in MiB
LIMITS = {"image_size_total": 200000, "image_stage_total": 200000, "image_count_total": 20000, "image_count_uploading": 1000}
ENTRIES = {
    "project-a": ("alice", "project-a"),
    "project-b": ("bob", "project-b"),
    "project-c": ("carol", "project-c"),
    "project-a-reader": ("alice-reader", "project-a"),
    "admin": ("admin", "admin"),
    "service": ("glance", "service"),
}


class Api:
    """One user's requests, which fail aloud."""

    def __init__(self, keystone, user, project):
        self.keystone = keystone
        self.http = requests.Session()
        self.http.trust_env = False
        answer = self.http.post(f"{keystone}/auth/tokens", timeout=60, json={"auth": {
            "identity": {"methods": ["password"], "password": {
                "user": {"name": user, "domain": {"id": "default"}, "password": PASSWORD}}},
            "scope": {"project": {"name": project, "domain": {"id": "default"}}}}})
        if answer.status_code != 201:
            sys.exit(f"log-in as {user}: {answer.status_code} {answer.text}")
        self.token = answer.json()["token"]
        self.http.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]

    def __call__(self, method, path, body=None, **options):
        url = path if path.startswith("http") else self.keystone + path
        answer = self.http.request(method, url, json=body, timeout=60, **options)
        if not answer.ok:
            sys.exit(f"{method} {url}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def create(self, kind, **fields):
        return self("POST", f"/{kind}s", {kind: fields})[kind]["id"]

    def glance(self):
        service = next(s for s in self.token["catalog"] if s["type"] == "image")
        return service["endpoints"][0]["url"]


def identity(admin, keystone, glances):
    """Catalogue, limits, projects, users and roles; gives the projects' IDs by name."""
    regions = REGIONS[:len(glances)]
    for region in regions[1:]:
        admin("POST", "/regions", {"region": {"id": region}})
    for kind, name, urls in (("identity", "keystone", [keystone] * len(glances)), ("image", "glance", glances)):
        found = admin("GET", f"/services?type={kind}")["services"]
        service = found[0]["id"] if found else admin.create("service", type=kind, name=name)
        for region, url in zip(regions, urls):
            for interface in ("public", "internal", "admin"):
                admin.create("endpoint", service_id=service, interface=interface, region_id=region, url=url)
    admin("POST", "/registered_limits", {"registered_limits": [
        {"service_id": service, "region_id": region, "resource_name": name, "default_limit": limit}
        for region in regions for name, limit in LIMITS.items()]})

    roles = {role["name"]: role["id"] for role in admin("GET", "/roles")["roles"]}
    projects = {"admin": admin.token["project"]["id"]}
    for user, project, role in PEOPLE:
        if project not in projects:
            projects[project] = admin.create("project", name=project, domain_id="default")
        who = admin.create("user", name=user, domain_id="default", password=PASSWORD,
                           default_project_id=projects[project])
        admin("PUT", f"/projects/{projects[project]}/users/{who}/roles/{roles[role]}")
        if user == "glance":
            # So that it may read the limits.
            admin("PUT", f"/system/users/{who}/roles/{roles['reader']}")
    admin("PATCH", f"/users/{admin.token['user']['id']}", {"user": {"default_project_id": projects["admin"]}})
    return projects


def image(alice):
    """`pfsense`, private and active, in place of whatever bears that name in project-a."""
    url = alice.glance() + "/v2/images"
    mine = {"name": "pfsense", "owner": alice.token["project"]["id"]}
    for old in alice("GET", url, params=mine)["images"]:
        if old["protected"]:
            alice("PATCH", f"{url}/{old['id']}", [{"op": "replace", "path": "/protected", "value": False}],
                  headers={"Content-Type": "application/openstack-images-v2.1-json-patch"})
        alice("DELETE", f"{url}/{old['id']}")
    new = alice("POST", url, {"name": "pfsense", "visibility": "private",
                              "disk_format": "raw", "container_format": "bare"})
    alice("PUT", f"{url}/{new['id']}/file", data=b"pfsense, as far as this guide goes\n" * 1024,
          headers={"Content-Type": "application/octet-stream"})


def clouds_yaml(keystone, projects, credential):
    """JSON is YAML, and needs no package; one entry a line."""
    def entry(name, auth, **more):
        auth = {"auth_url": keystone, **auth}
        value = {**more, "auth": auth, "region_name": REGIONS[0], "interface": "public", "identity_api_version": 3}
        return f"  {name}: {json.dumps(value)}\n"

    text = "clouds:\n"
    for name, (user, project) in ENTRIES.items():
        text += entry(name, {
            "username": user, "password": PASSWORD, "user_domain_name": "Default",
            "project_name": project, "project_id": projects[project], "project_domain_name": "Default"})
    return text + entry("project-a-appcred", {
        "application_credential_id": credential["id"], "application_credential_secret": credential["secret"],
    }, auth_type="v3applicationcredential")


def cloud(where, keystone, *glances):
    """Everything; `clouds.yaml` appears only when all of it answers."""
    projects = identity(Api(keystone, "admin", "admin"), keystone, glances)
    alice = Api(keystone, "alice", "project-a")
    user = alice.token["user"]["id"]
    credential = alice("POST", f"/users/{user}/application_credentials", {
        "application_credential": {"name": "lunette"}})["application_credential"]
    image(alice)
    path = os.path.join(where, "clouds.yaml")
    with open(os.open(path + ".part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(clouds_yaml(keystone, projects, credential))
    os.rename(path + ".part", path)


def again(where):
    with open(os.path.join(where, "run", "keystone.port")) as file:
        image(Api(f"http://127.0.0.1:{file.read()}/v3", "alice", "project-a"))


if __name__ == "__main__":
    {"cloud": cloud, "image": again}[sys.argv[1]](*sys.argv[2:])
