--- A recipe declares a million arguments, and one whose `many` list has metamethods.
--: as endless
--: run endless --help
--: run recipes
--: run help
--: exit 0
--: seconds 20
local args = setmetatable({}, { __index = function(_, i) return { "a" .. tostring(i) } end, __len = function() return 1e9 end })
return { effects = "read", args = args, columns = args, run = function() return {} end }
