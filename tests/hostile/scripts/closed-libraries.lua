--- A script uses what is closed to it: processes, files, the environment, C modules, bytecode, debug.
--: env SECRET_OF_MINE=in-the-environment
--: exit 0
--: says closed all
--: never OPENED
--: never in-the-environment
local tries = {
  "os.execute 'echo OPENED'", "io.popen('echo OPENED'):read 'a'", "io.open('script.lua'):read 'a'", "os.remove 'script.lua'",
  "os.rename('script.lua', 'x')", "os.getenv 'SECRET_OF_MINE'", "os.tmpname()", "io.lines 'script.lua'", "dofile 'script.lua'",
  "loadfile 'script.lua'", "debug.getregistry()", "debug.sethook()", "package.loadlib('x', 'y')", "string.dump(print)",
  "load('\\27Lua')()", "package.searchpath('x', './?.lua')", "os.setlocale 'C'", "io.input 'script.lua'", "debug.getinfo(1)",
  "package.cpath .. ''", "require 'ffi'", "load(string.dump(function() end))()", "collectgarbage('setpause', 0) .. {}",
}
for _, text in ipairs(tries) do
  local f = load("return " .. text)
  local ok, value = pcall(f)
  if f and ok then print("OPENED " .. text, value) end
end
print "closed all"
