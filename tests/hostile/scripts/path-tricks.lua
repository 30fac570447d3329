--- A script leaves the image service by its paths: dots, encoded dots, another host, line ends, a backslash.
--: exit 0
--: says refused 13 of 13
--: no users
--: no /v3/projects
local paths = {
  "http://evil.example/", "https:evil.example", "/../identity/v3/users", "/v2/../../identity/v3/users",
  "/v2/%2e%2e/%2e%2e/identity/v3/users", "/v2/%2E%2e/.%2e/identity/v3/users", "\\\\evil.example\\x", "/\\evil.example/x",
  "/v2/images\r\nX: y", "@evil.example/x", "/v2/..%2f..%2fidentity/v3/users", "", "/v2/.\t./..\n/../identity/v3/users",
}
local refused = 0
for _, path in ipairs(paths) do
  local ok, answer = pcall(cloud.request, cloud, "GET", path)
  if ok then print("answered", path) else refused = refused + 1 end
end
print(("refused %d of %d"):format(refused, #paths))
