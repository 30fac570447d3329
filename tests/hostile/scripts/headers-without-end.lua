--- More headers than a request can hold.
--: memory 128
--: exit 0
--: says tried
local headers = {}
for i = 1, 100000 do headers["X-" .. i] = "a" end
local ok, e = pcall(function() cloud:request("GET", "/v2/images", { headers = headers }) end)
assert(not ok and e.kind == "usage", tostring(e))
print "tried"
