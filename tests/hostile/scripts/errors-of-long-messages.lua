--- Messages of fifty megabytes and of a list that says the same megabyte a thousand times.
--: memory 128
--: exit 0
--: says tried
local long = ("x"):rep(50000000)
local fail = require "std.fail"
local _, plain = pcall(fail, "usage", "no")
local many = {}
for i = 1, 1000 do many[i] = long end
for _, f in ipairs {
  function() fail("usage", long) end,
  function() fail.because(plain, long, long) end,
  function() fail.partly(plain, many, many) end,
  function() fail("usage", "no", { advice = long }) end,
} do
  local ok, e = pcall(f)
  assert(not ok and #tostring(e) < 200000)
end
print "tried"
