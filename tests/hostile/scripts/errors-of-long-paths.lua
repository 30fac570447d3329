--- Errors about files and modules of long names, all kept.
--: memory 128
--: exit 0
--: says tried
local big = ("y"):rep(200000)
local t = {}
for k = 1, 4000 do
  local ok, e = pcall(fs.read, big .. k)
  assert(not ok and e.kind == "usage" and #tostring(e) < 500)
  t[k] = e
end
for _, f in ipairs {
  function() return fs.read(("x"):rep(50000000)) end,
  function() return fs.exists(("x"):rep(50000000)) end,
  function() return require(("x"):rep(50000000)) end,
  function() return std[("x"):rep(50000000)] end,
  function() return _G[("x"):rep(50000000)] end,
} do
  local ok, e = pcall(f)
  assert(not ok and #tostring(e) < 2000)
end
print "tried"
