"""The requests that Terraform's OpenStack provider sends, one for one, through a life of its three image resources.

openstack_images_image_v2, openstack_images_image_access_v2 and openstack_images_image_access_accept_v2 of
terraform-provider-openstack 3.4, on gophercloud 2: the same paths, headers and bodies, the same answers taken for
success, fields read as the same types. The provider itself needs Go and its module proxy.
"""

import datetime
import hashlib
import http.client
import io
import json
import urllib.parse
import uuid

import clients
from clients import A, B, C, CLOUDS, equal

DATA = b"\x05\x04\x03\x02\x01" * 50_000
NAME = f"terraform-{uuid.uuid4().hex[:8]}"
AGENT = ("HashiCorp Terraform/1.14.0 (+https://www.terraform.io) Terraform Plugin SDK/2.40.1 "
         "Terraform Provider OpenStack/v3.4.0 gophercloud/v2.13.0")
PATCH = "application/openstack-images-v2.1-json-patch"
SUCCESS = {"GET": [200], "POST": [201, 202], "PATCH": [200], "DELETE": [202, 204]}
IMAGE = {
    str: ["id", "name", "status", "container_format", "disk_format", "owner", "visibility", "checksum", "file",
          "schema"],
    int: ["min_disk", "min_ram", "size", "virtual_size"], bool: ["protected", "os_hidden"], list: ["tags"],
    datetime.datetime: ["created_at", "updated_at"]}
MEMBER = {str: ["image_id", "member_id", "schema", "status"], datetime.datetime: ["created_at", "updated_at"]}


class Provider:
    """A provider block: it logs in once, and asks for the versions of the service before each thing that it does."""

    def __init__(self, cloud):
        auth = CLOUDS[cloud]["auth"]
        if "application_credential_id" in auth:
            identity = {"methods": ["application_credential"], "application_credential": {
                "id": auth["application_credential_id"], "secret": auth["application_credential_secret"]}}
            scope = {}
        else:
            user = {"name": auth["username"], "password": auth["password"],
                    "domain": {"name": auth["user_domain_name"]}}
            identity = {"methods": ["password"], "password": {"user": user}}
            scope = {"scope": {"project": {"id": auth["project_id"]}}}
        self.token = None
        headers, answer = self.ask("POST", f"{auth['auth_url']}/auth/tokens", {"auth": {"identity": identity, **scope}})
        self.token, token = headers["X-Subject-Token"], answer["token"]
        self.project = token["project"]["id"]
        image = next(entry for entry in token["catalog"] if entry["type"] == "image")
        self.endpoint = next(
            each["url"] for each in image["endpoints"]
            if each["interface"] == "public" and CLOUDS[cloud]["region_name"] in (each["region"], each["region_id"]))
        self.endpoint = self.endpoint.rstrip("/") + "/"

    def ask(self, method, url, body=None, kind="application/json", success=None):
        """The headers and the JSON of an answer, which must be a success; or the status of one that must not."""
        url = urllib.parse.urlsplit(url)
        headers = {"User-Agent": AGENT, "Accept": "application/json", "Accept-Encoding": "gzip",
                   "Cache-Control": "no-cache"}
        if self.token:
            headers["X-Auth-Token"] = self.token
        if isinstance(body, io.IOBase):
            headers["Transfer-Encoding"] = "chunked"
        elif body is not None:
            body = json.dumps(body, sort_keys=True, separators=(",", ":"))
        if body is not None:
            headers["Content-Type"] = kind
        connection = http.client.HTTPConnection(url.netloc, blocksize=32 * 1024)
        path = f"{url.path}?{url.query}" if url.query else url.path
        connection.request(method, path, body, headers, encode_chunked=isinstance(body, io.IOBase))
        answer = connection.getresponse()
        text = answer.read()
        if answer.status not in (success or SUCCESS[method]):
            raise SystemExit(f"{method} {path}\n  must succeed, but says {answer.status}: {text.decode()}")
        return answer.headers, json.loads(text) if text and answer.status < 400 else None

    def client(self):
        """The base of the image service, if it says that it has version 2."""
        _, answer = self.ask("GET", self.endpoint, success=[200, 300])
        majors = {version["id"].lstrip("v").split(".")[0] for version in answer["versions"]}
        # A status that it does not know ends it.
        unknown = {version["status"] for version in answer["versions"]} - {"CURRENT", "SUPPORTED", "DEPRECATED"}
        equal("versions", ("2" in majors, unknown), (True, set()))
        return f"{self.endpoint}v2/images"

    def image(self, image):
        """What reading an image leaves in the state."""
        return decoded(IMAGE, self.ask("GET", f"{self.client()}/{image}")[1])

    def member(self, image, member):
        return decoded(MEMBER, self.ask("GET", f"{self.client()}/{image}/members/{member}")[1])

    def is_gone(self, path):
        """Whether a resource would be taken out of the state, as it is not found."""
        return self.ask("GET", f"{self.client()}/{path}", success=[404])[1] is None

    def set_status(self, image, member, status, success=(200,)):
        return self.ask("PUT", f"{self.client()}/{image}/members/{member}", {"status": status}, success=success)


def decoded(fields, answer):
    """An answer, if Go can put it into its structure. What is missing or null is left at its zero there."""
    def fits(kind, value):
        if kind is datetime.datetime:
            return isinstance(value, str) and datetime.datetime.fromisoformat(value).tzinfo is not None
        return value is None or type(value) is kind

    wrong = {name: answer.get(name) for kind in fields for name in fields[kind] if not fits(kind, answer.get(name))}
    equal("what Go cannot take", wrong, {})
    return answer


a, b, c = Provider(A), Provider(B), Provider(C)
equal("project by application credential", Provider("project-a-appcred").project, a.project)

# ---- apply: openstack_images_image_v2, from local_file_path
wanted = {"name": NAME, "container_format": "bare", "disk_format": "raw", "protected": False, "visibility": "private",
          "min_disk": 1, "tags": ["one", "two"], "hue": "red", "os_distro": "freebsd"}
base = a.client()
_, made = a.ask("POST", base, wanted, success=[201])
image = decoded(IMAGE, made)["id"]
a.ask("PUT", f"{base}/{image}/file", io.BytesIO(DATA), "application/octet-stream", success=[204])
_, polled = a.ask("GET", f"{base}/{image}")
equal("status after the upload", polled["status"], "active")
_, checked = a.ask("GET", f"{base}/{image}")
equal("checksum", checked["checksum"], hashlib.md5(DATA).hexdigest())

# ---- plan: what was read is what was wanted
read = a.image(image)
equal("plan after create", {key: sorted(read[key]) if key == "tags" else read[key] for key in wanted}, wanted)
equal("computed", (read["owner"], read["size"], read["file"], read["os_hidden"]),
      (a.project, len(DATA), f"/v2/images/{image}/file", False))

# ---- apply: each attribute that is changed in place, in the provider's order
changes = [("visibility", "shared"), ("protected", True), ("os_hidden", True), ("min_disk", 2), ("min_ram", 64),
           ("name", f"{NAME}-2"), ("tags", ["three"])]
patch = [{"op": "replace", "path": f"/{key}", "value": value} for key, value in changes]
patch += [{"op": "replace", "path": "/hue", "value": "blue"}, {"op": "add", "path": "/size_class", "value": "small"},
          {"op": "remove", "path": "/os_distro"}]
a.ask("PATCH", f"{a.client()}/{image}", patch, PATCH)
read = a.image(image)
equal("plan after update", [read[key] for key, _ in changes], [value for _, value in changes])
equal("properties", (read["hue"], read["size_class"], "os_distro" in read), ("blue", "small", False))
# An argument that only the provider knows, verify_checksum say: nothing is left to change.
equal("an empty update", decoded(IMAGE, a.ask("PATCH", f"{a.client()}/{image}", [], PATCH)[1])["hue"], "blue")

# ---- apply: openstack_images_image_access_v2 by A, openstack_images_image_access_accept_v2 by B
equal("not shared yet", b.is_gone(image), True)
_, member = a.ask("POST", f"{a.client()}/{image}/members", {"member": b.project}, success=[200])
equal("access", [decoded(MEMBER, member)[key] for key in ("image_id", "member_id", "status")],
      [image, b.project, "pending"])
equal("access, read", a.member(image, b.project)["status"], "pending")
base = b.client()
_, found = b.ask("GET", f"{base}/{image}/members")
equal("member_id is detected", [decoded(MEMBER, each)["member_id"] for each in found["members"]], [b.project])
_, member = b.ask("PUT", f"{base}/{image}/members/{b.project}", {"status": "accepted"}, success=[200])
equal("accept", decoded(MEMBER, member)["status"], "accepted")
equal("accept, read by both", [each.member(image, b.project)["status"] for each in (a, b)], ["accepted"] * 2)
b.set_status(image, b.project, "rejected")
equal("accept, updated", b.member(image, b.project)["status"], "rejected")
b.set_status(image, b.project, "accepted")
# A status in the owner's own resource is refused, when the member is there already.
a.ask("POST", f"{a.client()}/{image}/members", {"member": c.project}, success=[200])
a.set_status(image, c.project, "accepted", success=[403])
a.ask("DELETE", f"{a.client()}/{image}/members/{c.project}", success=[204])

# ---- data "openstack_images_image_v2": B finds what was shared with it; pages are walked by their links
query = {"container_format": "bare", "disk_format": "raw", "member_status": "accepted", "name": f"{NAME}-2",
         "os_hidden": "true", "status": "active", "tag": "three", "visibility": "shared"}
_, page = b.ask("GET", f"{b.client()}?{urllib.parse.urlencode(query)}")
equal("data source", [each["id"] for each in page["images"]], [image])
a.ask("PATCH", f"{a.client()}/{image}", [{"op": "replace", "path": "/os_hidden", "value": False}], PATCH)
blank = {"name": f"{NAME}-2", "visibility": "private"}
more = [a.ask("POST", a.client(), blank, success=[201])[1]["id"] for _ in range(4)]
seen, link = [], f"{a.client()}?{urllib.parse.urlencode({'limit': 2, 'name': f'{NAME}-2'})}"
while link:
    _, page = a.ask("GET", link)
    seen += [each["id"] for each in page["images"]]
    link = page["images"] and page.get("next") and a.endpoint + page["next"].removeprefix("/")
equal("pages by links", sorted(seen), sorted([image, *more]))

# ---- destroy, what depends on others first
b.set_status(image, b.project, "rejected")
equal("accept, destroyed", a.member(image, b.project)["status"], "rejected")
a.ask("DELETE", f"{a.client()}/{image}/members/{b.project}", success=[204])
equal("access, destroyed", (a.is_gone(f"{image}/members/{b.project}"), b.is_gone(image)), (True, True))
b.set_status(image, b.project, "rejected", success=[404])
a.ask("DELETE", f"{a.client()}/{image}", success=[403])
a.ask("PATCH", f"{a.client()}/{image}", [{"op": "replace", "path": "/protected", "value": False}], PATCH)
for each in [image, *more]:
    a.ask("DELETE", f"{a.client()}/{each}")
equal("image, destroyed", a.is_gone(image), True)
a.ask("DELETE", f"{a.client()}/{image}", success=[404])
print(f"terraform's requests: {clients.answers} answers as they should be")
