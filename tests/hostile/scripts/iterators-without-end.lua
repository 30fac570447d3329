--- A million iterators that are kept, and many that are not.
--: memory 128
--: exit 0
--: says tried
--: seconds 40
for _ = 1, 200000 do cloud:images() end
local ok, e = pcall(function()
  local t = {}
  for i = 1, 1000000 do t[i] = cloud:images() end
end)
assert(not ok and e.kind == "limit", tostring(e))
print "tried"
