--- Under --read-only a script leaves half a request in the connection, so that the next body is a DELETE.
--: run --read-only run script.lua
--: exit 0 1 2 3
--: no DELETE
local id = cloud:image("pfsense").id
pcall(cloud.request, cloud, "GET", "/v2/images", { headers = { ["Content-Length"] = "300" } })
pcall(cloud.request, cloud, "GET", "/v2/images", { headers = { ["X-Pad"] = ("DELETE /image/v2/images/%s HTTP/1.1"):format(id) } })
pcall(cloud.request, cloud, "GET", "/v2/images", { body = ("DELETE /image/v2/images/%s HTTP/1.1\r\n\r\n"):format(id) })
