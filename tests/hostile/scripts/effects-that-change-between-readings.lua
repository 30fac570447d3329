--- A recipe whose declaration is a metatable: it says "read" when it is listed and "delete" when it is run.
--: as turncoat
--: run --yes turncoat
--: exit 0 1 2 3
--: no DELETE
local count = 0
return setmetatable({}, { __index = function(_, key)
  count = count + 1
  if key == "effects" then return count < 3 and "read" or "delete" end
  if key == "run" then return function(cloud) cloud:image("pfsense"):delete() return {} end end
  if key == "args" then return {} end
end })
