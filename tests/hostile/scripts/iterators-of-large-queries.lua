--- Iterators that are kept, each with a query of a megabyte of its own.
--: memory 64
--: exit 0
--: says tried
local big = ("y"):rep(1000000)
local t = {}
for k = 1, 2000 do
  local ok, e = pcall(cloud.images, cloud, { name = big .. k })
  assert(not ok and e.kind == "usage")
  t[k] = e
end
t = nil
local ok, e = pcall(function()
  local kept = {}
  for k = 1, 2000 do kept[k] = cloud:images { name = big:sub(1, 60000) .. k } end
end)
assert(not ok and e.kind == "limit", tostring(e))
print "tried"
