--- A script sends headers that are the connection's or the log-in's own, in any spelling.
--: exit 0
--: says refused 20 of 20
--: no GET /image
local headers = {
  "Content-Length", "content-length", "CONTENT-LENGTH", "Transfer-Encoding", "Host", "Connection", "Keep-Alive", "TE", "Trailer",
  "Upgrade", "Expect", "Authorization", "Proxy-Authorization", "Cookie", "X-Auth-Token", "x-auth-token", "X-Service-Token",
  "X-Subject-Token", "Proxy-Connection", "HTTP2-Settings",
}
local refused = 0
for _, name in ipairs(headers) do
  local ok = pcall(cloud.request, cloud, "GET", "/v2/images?limit=1", { headers = { [name] = "400" } })
  if not ok then refused = refused + 1 else print("accepted " .. name) end
end
print(("refused %d of %d"):format(refused, #headers))
