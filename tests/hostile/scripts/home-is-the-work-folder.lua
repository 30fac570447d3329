--- In the home folder a script reads keys and writes start-up files, and Lunette's own folders.
--: at-home
--: file home/.ssh/id_rsa PRIVATE-KEY
--: file home/.config/lunette/recipes/mine.lua return {}
--: file home/.aws/credentials PRIVATE-KEY
--: file home/.bashrc PRIVATE-KEY
--: exit 0
--: never PRIVATE-KEY
--: says reached 0
local reached = 0
local files = { ".ssh/id_rsa", "./.ssh/id_rsa", ".aws/credentials", ".bashrc", ".ssh/../.bashrc", "%O/home/.bashrc", ".config/lunette/recipes/mine.lua" }
for _, name in ipairs(files) do
  local ok, text = pcall(fs.read, name)
  if ok then reached = reached + 1 print(name, text) end
end
for _, name in ipairs { ".bashrc", ".profile", ".ssh/authorized_keys", ".config/lunette/recipes/list.lua", ".local/state/lunette/unfinished/x",
  ".local/state/lunette/history", ".cache/lunette/tokens/x.json", ".config/autostart/x.desktop", ".git/hooks/post-checkout", "./.x", ".x/y" } do
  if pcall(fs.write, name, "x") then reached = reached + 1 print("wrote", name) end
end
for _, name in ipairs { ".bashrc", ".ssh", ".ssh/id_rsa" } do
  if pcall(fs.remove, name) or pcall(fs.lines, name) then reached = reached + 1 print("removed", name) end
end
print("reached " .. reached)
