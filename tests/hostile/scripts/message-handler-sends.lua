--- A request in the message handler of xpcall, and in the handlers of nested ones.
--: exit 0 1
--: no PATCH
--: no DELETE
local image = cloud:image "pfsense"
xpcall(error, function() image:add_tag "seen" end, "x")
xpcall(function() xpcall(error, function() image:delete() end) error "y" end, function() image:update { name = "seen" } end)
