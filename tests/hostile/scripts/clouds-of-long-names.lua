--- Clouds, methods and options of names that are compared with all known ones.
--: memory 256
--: exit 0
--: says tried
--: seconds 10
local long = ("x"):rep(50000000)
for _, f in ipairs {
  function() return cloud[long]() end,
  function() return cloud[long:sub(1, 100000)]() end,
  function() return glance.connect(long) end,
  function() return glance.connect { [long] = "a" } end,
  function() return glance.connect { region_name = long } end,
  function() return cloud:images { [long] = "a" } end,
  function() return cloud:images { [long:sub(1, 100000)] = "a" } end,
  function() return std.fail(long, "no") end,
} do
  local ok, e = pcall(f)
  assert(not ok and #tostring(e) < 2000)
end
print "tried"
