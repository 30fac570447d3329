--- A recipe that raises an error, the text of which is a function that never ends.
--: as hangs
--: run recipes
--: run list
--: exit 0
--: seconds 20
error(setmetatable({}, { __tostring = function() while true do end end, __index = function() while true do end end }))
