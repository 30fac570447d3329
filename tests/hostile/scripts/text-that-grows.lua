--- Texts made by one call: repeated, joined, formatted, replaced, packed.
--: memory 64
--: exit 0
--: says tried
local mega = ("x"):rep(1e6)
local many = {}
for i = 1, 3000 do many[i] = mega end
for _, f in ipairs {
  function() return #("x"):rep(1e12) end,
  function() return #table.concat(many) end,
  function() return #mega:gsub("x", mega) end,
  function() return #("%s"):rep(3000):format(table.unpack(many)) end,
  function() return #string.pack("s4", ("x"):rep(1e9)) end,
  function() local t = {} for i = 1, 1e9 do t[i] = i end end,
  function() local s = "x" while true do s = s .. s end end,
  function() return #table.pack(table.unpack(many, 1, 1e8)) end,
  function() return #tostring(setmetatable({}, { __name = ("x"):rep(2e7) })) end,
} do pcall(f) end
print "tried"
