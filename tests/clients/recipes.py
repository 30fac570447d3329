"""The sharing guide by the stock recipes, each state judged by `openstack`."""

import clients
from clients import A, B, C, READER, equal, listed, lunette, members, openstack, project, show

PROJECT = {cloud: project(cloud) for cloud in (A, B, C)}
IMAGE = show(A, "pfsense")["id"]


def says(answer, word):
    """Does the answer hold that value, wherever it stands?"""
    if isinstance(answer, dict):
        return any(says(value, word) for value in answer.values())
    return any(says(value, word) for value in answer) if isinstance(answer, list) else answer == word


equal("list", says(lunette(A, "list", "-f", "json"), IMAGE), True)
equal("list by one who does not see it", says(lunette(B, "list", "-f", "json"), IMAGE), False)
lunette(READER, "share", "pfsense", PROJECT[B], code=3)
equal("share by one who may not", show(A, IMAGE)["visibility"], "private")

for _ in ("once", "again"):
    lunette(A, "share", "pfsense", PROJECT[B])
    equal("share", (show(A, IMAGE)["visibility"], members(A, IMAGE)), ("shared", [(PROJECT[B], "pending")]))
equal("list --offers", says(lunette(B, "list", "--offers", "-f", "json"), IMAGE), True)
equal("list --members", says(lunette(A, "list", "--members", "pfsense", "-f", "json"), PROJECT[B]), True)
for _ in ("once", "again"):
    lunette(B, "accept", "pfsense")
    equal("accept", (members(A, IMAGE), listed(B, IMAGE)), ([(PROJECT[B], "accepted")], True))

for _ in ("once", "again"):
    lunette(A, "unshare", "pfsense", PROJECT[B], "--yes")
    equal("unshare", members(A, IMAGE), [])
openstack(B, "image", "show", IMAGE, refused="No Image found")

# A clouds.yaml entry will do for a project, and its credentials accept for it.
shared = lunette(A, "share", "pfsense", B, C, "--accept", "-f", "json")
equal("share --accept says so", (says(shared, PROJECT[B]), says(shared, "accepted")), (True, True))
equal("share --accept", members(A, IMAGE), sorted([(PROJECT[B], "accepted"), (PROJECT[C], "accepted")]))
lunette(A, "unshare", "pfsense", "--all", "--yes")
equal("unshare --all", members(A, IMAGE), [])
openstack(A, "image", "set", "--private", IMAGE)

print(f"the guide by recipes: {clients.answers} states as they should be")
