--- A million errors that are kept, and many that are not: each holds its texts and its lines.
--: memory 32
--: exit 0
--: says tried
--: seconds 60
local fail = require "std.fail"
for _ = 1, 50000 do pcall(fail, "limit", "nope") end
local ok, e = pcall(function()
  local t = {}
  for k = 1, 1000000 do
    local _, caught = pcall(fail, "limit", "nope")
    t[k] = caught
  end
end)
assert(not ok and e.kind == "limit", tostring(e))
print "tried"
