--- A read recipe whose GET is meant to be a DELETE by a header or a parameter that some servers follow.
--: as liar
--: run liar
--: exit 0 1 2 3
--: never sent X-
--: no method
return { effects = "read", args = {}, run = function(cloud)
  local told = {}
  for _, name in ipairs { "X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method", "x-http-method-override" } do
    local ok = pcall(cloud.request, cloud, "GET", "/v2/images", { headers = { [name] = "DELETE" } })
    told[#told + 1] = { name = (ok and "sent " or "refused ") .. name }
  end
  return told
end }
