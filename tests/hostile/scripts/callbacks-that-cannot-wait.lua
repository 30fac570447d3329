--- Requests from callbacks that cannot yield: each is refused before it is sent.
--: exit 0 1
--: no PATCH
--: no PUT
--: no DELETE
local image = cloud:image "pfsense"
local function act() image:add_tag "seen" image:delete() return "x" end
local odd = setmetatable({}, { __tostring = act, __index = act, __len = act, __eq = act, __lt = act, __concat = act })
pcall(table.sort, { 1, 2, 3 }, function(a, b) act() return a < b end)
pcall(string.gsub, "a", "a", act)
pcall(tostring, odd)
pcall(print, odd)
pcall(load, act)
pcall(table.concat, setmetatable({}, { __index = act, __len = function() return 1 end }))
pcall(require, odd)
pcall(require("std.json").encode, setmetatable({}, { __json = act }))
pcall(require("std.inspect"), odd)
pcall(xpcall, error, function() act() end)
pcall(next, odd)
require("task").sleep(0.05)
