--- A script reads clouds.yaml and secure.yaml: by name, by a link, as an upload, as a module, line by line.
--: file here/secure.yaml clouds: { project-a: { auth: { x: PRIVATE-KEY } } }
--: link here/innocent.txt clouds.yaml
--: link here/innocent.lua secure.yaml
--: exit 0
--: never PRIVATE-KEY
--: never password
--: no PUT
--: says reached 0
local reached = 0
for _, name in ipairs { "clouds.yaml", "./clouds.yaml", "%O/here/clouds.yaml", "innocent.txt", "innocent.lua", "secure.yaml", "CLOUDS.YAML/../clouds.yaml" } do
  for _, touch in ipairs { fs.read, fs.lines, function(name) cloud:create_image { name = "x", file = name } end,
    function(name) fs.write(name, "x") end, fs.remove, function(name) require(name) end } do
    if pcall(touch, name) then reached = reached + 1 print("reached", name) end
  end
end
print("reached " .. reached)
