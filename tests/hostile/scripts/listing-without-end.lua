--- A hostile cloud: a listing without end is collected (mode grow).
--: server grow
--: memory 64
--: exit 1
--: seconds 120
--: says limit
--: run script.lua
local images = cloud:images():collect()
print(#images)
