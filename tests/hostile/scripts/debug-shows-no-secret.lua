--- Everything is traced: log-in, requests with secrets in bodies, headers and URLs.
--: run --debug --timing run script.lua
--: exit 0 1 2 3
--: never "password":"secret"
--: never Zx4nQ7vT
--: never HIDDEN-VALUE
pcall(cloud.request, cloud, "GET", "/v2/images?token=HIDDEN-VALUE&X-Amz-Signature=HIDDEN-VALUE&password=HIDDEN-VALUE")
for _, key in ipairs { "password", "secret", "token", "api_key", "credentials", "passphrase", "pw" } do
  pcall(cloud.request, cloud, "POST", "/v2/nothing", { json = { [key] = "HIDDEN-VALUE" } })
  pcall(cloud.request, cloud, "POST", "/v2/nothing", { json = { [key] = { "HIDDEN-VALUE", { x = "HIDDEN-VALUE" } } } })
  pcall(cloud.request, cloud, "POST", "/v2/nothing", { json = { a = { { [key:upper()] = { y = "HIDDEN-VALUE" } } } } })
end
pcall(cloud.request, cloud, "GET", "/v2/images", { headers = { ["X-Api-Key"] = "HIDDEN-VALUE", ["X-Secret-Thing"] = "HIDDEN-VALUE" } })
