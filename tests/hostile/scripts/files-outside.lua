--- A script names files outside its folder: by dots, absolute, by links, by /proc and devices.
--: link here/up ..
--: link here/canary ../canary
--: link here/environ /proc/self/environ
--: link here/null /dev/null
--: env SECRET_OF_MINE=in-the-environment
--: exit 0
--: never in-the-environment
--: says reached 0
local reached = 0
for _, name in ipairs { "../canary", "up/canary", "canary", "%O/canary", "/etc/passwd", "/proc/self/environ", "environ", "null", "./../canary",
  "up/here/../canary", "/proc/self/cwd/../canary", "/dev/stdin", "//etc/passwd", "up", "..", "here/../../canary" } do
  for _, touch in ipairs { fs.read, fs.lines, function(name) fs.write(name, "x") end, fs.remove,
    function(name) cloud:create_image { name = "x", file = name } end,
    function(name) cloud:image("pfsense"):download { file = name, overwrite = true } end } do
    if pcall(touch, name) then reached = reached + 1 print("reached", name) end
  end
end
print("reached " .. reached)
