--- A hostile cloud: records of a listing without end are kept in a table (mode grow).
--: server grow
--: memory 64
--: exit 1
--: seconds 120
--: says limit
--: run script.lua
local kept = {}
for image in cloud:images() do
  kept[#kept + 1] = image
end
