"""The sharing guide by openstacksdk, as a script would have it; and pages by links and by marker.

A server is an Image service to the extent that these cannot tell.
"""

import hashlib
import uuid

import openstack

import clients
from clients import A, B, equal

DATA = b"\x00\x01\x02\x03" * 100_000
NAME = f"sdk-{uuid.uuid4().hex[:8]}"

a, b = openstack.connect(cloud=A), openstack.connect(cloud=B)
PROJECT_B = b.current_project_id


def offered():
    """The names of what is shared with B and not accepted."""
    return [image.name for image in b.image.images(visibility="shared", member_status="pending") if image.name == NAME]


image = a.create_image(NAME, data=DATA, disk_format="raw", container_format="bare", wait=True, visibility="private")
made = a.image.get_image(image.id)
equal("create_image", (made.status, made.size, made.checksum), ("active", len(DATA), hashlib.md5(DATA).hexdigest()))
equal("hash", (made.hash_algo, made.hash_value), ("sha512", hashlib.sha512(DATA).hexdigest()))
equal("find_image of B", b.image.find_image(image.id), None)

# ---- Share, accept, and see from both sides
a.image.update_image(image.id, visibility="shared")
equal("add_member", a.image.add_member(image.id, member_id=PROJECT_B).status, "pending")
equal("images offered to B", offered(), [NAME])
equal("update_member", b.image.update_member(PROJECT_B, image.id, status="accepted").status, "accepted")
equal("members", [(member.member_id, member.status) for member in a.image.members(image.id)], [(PROJECT_B, "accepted")])
equal("images offered to B", offered(), [])
equal("download_image", b.image.download_image(image.id, stream=False).content == DATA, True)

# ---- Change what is there
equal("update_image", a.image.update_image(image.id, min_disk=3, hue="red").min_disk, 3)
a.image.add_tag(image.id, "one")
changed = a.image.get_image(image.id)
equal("get_image", (changed.tags, changed.properties["hue"]), (["one"], "red"))
a.image.deactivate_image(image.id)
equal("deactivate_image", a.image.get_image(image.id).status, "deactivated")
a.image.reactivate_image(image.id)
a.image.remove_member(PROJECT_B, image.id)
equal("remove_member", list(a.image.members(image.id)), [])
equal("find_image of B", b.image.find_image(image.id), None)

# ---- Pages: openstacksdk follows links, others ask with the last ID as marker
more = [a.image.post("/images", json={"name": NAME}).json()["id"] for _ in range(6)]
equal("images by links", len(list(a.image.images(name=NAME, limit=2))), 7)
seen, marker = [], {}
while page := a.image.get("/images", params={"name": NAME, "limit": 2, **marker}).json()["images"]:
    seen += [image["id"] for image in page]
    marker = {"marker": seen[-1]}
equal("images by marker", (len(seen), sorted(seen)), (7, sorted([image.id, *more])))

for each in [image.id, *more]:
    a.image.delete_image(each)
equal("delete_image", a.image.find_image(NAME), None)
print(f"openstacksdk: {clients.answers} answers as they should be")
