--- The work folder or a script cannot choose a proxy; one in the environment gets no secret of a loopback cloud.
--: file here/.env http_proxy=%F
--: file here/.curlrc proxy=%F
--: exit 0
--: says proxied 0
local proxied = 0
for _, key in ipairs { "proxy", "http_proxy", "https_proxy", "cacert", "auth_url", "image_endpoint_override" } do
  if pcall(require("glance").connect, { cloud = "project-a", [key] = "%F" }) then proxied = proxied + 1 end
end
print("proxied " .. proxied)
