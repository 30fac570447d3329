"""The sharing guide by `openstack` and by `glance`, as people type it today.

A server is an Image service to the extent that these two cannot tell.
"""

import hashlib
import os
import uuid

import clients
from clients import A, B, C, CLOUDS, FOLDER, READER, equal, glance, listed, members, openstack, project, show

DATA = bytes(range(256)) * 300
SOURCE, NAME = os.path.join(FOLDER, "source"), f"guide-{uuid.uuid4().hex[:8]}"
FORMATS = ("--disk-format", "raw", "--container-format", "bare")


def saved(client, *words):
    """The data that a client saves to a file."""
    path = os.path.join(FOLDER, "saved")
    client(*words[:-1], "--file", path, words[-1])
    with open(path, "rb") as file:
        data = file.read()
    os.remove(path)
    return data


with open(SOURCE, "wb") as file:
    file.write(DATA)

# ---- Logging in
PROJECT = {cloud: project(cloud) for cloud in CLOUDS}
equal("projects by password", len({PROJECT[A], PROJECT[B], PROJECT[C]}), 3)
equal("project by application credential", PROJECT["project-a-appcred"], PROJECT[A])
equal("catalog list", [row["Type"] for row in openstack(A, "catalog", "list", "-f", "json")].count("image"), 1)

# ---- A makes an image
IMAGE = openstack(A, "image", "create", "--private", *FORMATS, "--property", "os_distro=freebsd",
                  "--file", SOURCE, NAME, "-f", "json")["id"]
made = show(A, NAME)
equal("image create", {key: made[key] for key in ("id", "name", "status", "visibility", "size", "owner", "checksum")}, {
    "id": IMAGE, "name": NAME, "status": "active", "visibility": "private", "size": len(DATA),
    "owner": PROJECT[A], "checksum": hashlib.md5(DATA).hexdigest()})
equal("properties", (made["properties"]["os_distro"], made["properties"]["os_hash_value"]),
      ("freebsd", hashlib.sha512(DATA).hexdigest()))
equal("image list of A", (listed(A, IMAGE), listed(READER, IMAGE), listed("project-a-appcred", IMAGE)), (True,) * 3)
equal("image list of others", (listed(B, IMAGE), listed("admin", IMAGE, "--private")), (False, True))
openstack(B, "image", "show", IMAGE, refused="No Image found")
openstack(A, "image", "add", "project", IMAGE, PROJECT[B], refused="403")
openstack(READER, "image", "delete", IMAGE, refused="Failed to delete 1 of 1 images")

# ---- A shares it with B
openstack(A, "image", "set", "--shared", IMAGE)
equal("image set --shared", show(A, IMAGE)["visibility"], "shared")
added = openstack(A, "image", "add", "project", IMAGE, PROJECT[B], "-f", "json")
equal("image add project", [added[key] for key in ("image_id", "member_id", "status")], [IMAGE, PROJECT[B], "pending"])
openstack(A, "image", "add", "project", IMAGE, PROJECT[B], refused="409")
equal("image list of the pending", [listed(B, IMAGE, *filters) for filters in (
    (), ("--member-status", "pending"), ("--shared", "--member-status", "all"))], [False, True, True])
equal("image show of a pending one", show(B, IMAGE)["owner"], PROJECT[A])
openstack(A, "image", "set", "--accept", IMAGE, refused="404")
openstack(C, "image", "set", "--accept", IMAGE, refused="No Image found")

# ---- B accepts it
openstack(B, "image", "set", "--accept", IMAGE)
equal("image set --accept", (listed(B, IMAGE), listed(B, IMAGE, "--member-status", "pending"), listed(C, IMAGE)),
      (True, False, False))
equal("image member list", (members(A, IMAGE), members(B, IMAGE)), ([(PROJECT[B], "accepted")],) * 2)
equal("image save", saved(openstack, B, "image", "save", IMAGE) == DATA, True)
openstack(A, "image", "add", "project", IMAGE, PROJECT[C])
equal("image member list of members", (len(members(A, IMAGE)), members(B, IMAGE), members(C, IMAGE)),
      (2, [(PROJECT[B], "accepted")], [(PROJECT[C], "pending")]))
openstack(B, "image", "set", "--reject", IMAGE)
equal("image set --reject", (listed(B, IMAGE), listed(B, IMAGE, "--member-status", "rejected")), (False, True))
openstack(B, "image", "set", "--name", "mine", IMAGE, refused="403")
openstack(B, "image", "delete", IMAGE, refused="Failed to delete 1 of 1 images")

# ---- A changes it, withdraws it, deletes it
openstack(A, "image", "set", "--property", "os_version=14", "--tag", "router", "--min-disk", "4", IMAGE)
openstack(A, "image", "unset", "--property", "os_distro", IMAGE)
changed = show(A, IMAGE)
equal("image set and unset", (changed["min_disk"], changed["tags"], changed["properties"]["os_version"],
                              "os_distro" in changed["properties"]), (4, ["router"], "14", False))
equal("image list --tag", [listed(A, IMAGE, *filters) for filters in (
    ("--tag", "router"), ("--tag", "router", "--tag", "switch"))], [True, False])
openstack(A, "image", "remove", "project", IMAGE, PROJECT[B])
equal("image remove project", members(A, IMAGE), [(PROJECT[C], "pending")])
openstack(B, "image", "show", IMAGE, refused="No Image found")
openstack(A, "image", "set", "--protected", IMAGE)
openstack(A, "image", "delete", IMAGE, refused="Failed to delete 1 of 1 images")
openstack(A, "image", "set", "--unprotected", IMAGE)
openstack(A, "image", "delete", IMAGE)
equal("image delete", listed(A, IMAGE), False)
openstack(A, "image", "show", IMAGE, refused="No Image found")

# ---- The same by the older client, which asks for schemas and uploads in chunks
made = dict(glance(A, "image-create", "--name", NAME, "--visibility", "shared", *FORMATS, "--file", SOURCE))
IMAGE = made["id"]
equal("image-create", [made[key] for key in ("status", "size", "visibility")], ["active", str(len(DATA)), "shared"])
equal("member-create", glance(A, "member-create", IMAGE, PROJECT[B]), [[IMAGE, PROJECT[B], "pending"]])
equal("member-update", glance(B, "member-update", IMAGE, PROJECT[B], "accepted"), [[IMAGE, PROJECT[B], "accepted"]])
equal("member-list", glance(A, "member-list", "--image-id", IMAGE), [[IMAGE, PROJECT[B], "accepted"]])
equal("image-list", [IMAGE, NAME] in glance(B, "image-list"), True)
equal("image-show", dict(glance(B, "image-show", IMAGE))["owner"], PROJECT[A])
equal("image-download", saved(glance, B, "image-download", IMAGE) == DATA, True)
glance(A, "member-delete", IMAGE, PROJECT[B])
glance(A, "image-delete", IMAGE)
equal("image-delete", [IMAGE, NAME] in glance(A, "image-list"), False)

print(f"the guide by openstack and glance: {clients.answers} answers as they should be")
