--- A script smuggles a second request in a header's name or value.
--: exit 0
--: says nothing was smuggled
--: no DELETE
--: no smuggled
for _, text in ipairs { "a\r\nX-B: smuggled", "a\nX-B: smuggled", "a\r\n\r\nDELETE /image/v2/images/smuggled HTTP/1.1\r\n", "a\0b" } do
  assert(not pcall(cloud.request, cloud, "GET", "/v2/images", { headers = { ["X-A"] = text } }))
  assert(not pcall(cloud.request, cloud, "GET", "/v2/images", { headers = { [text] = "a" } }))
end
print "nothing was smuggled"
