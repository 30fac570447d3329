--- A recipe that never comes out of a pattern while it is loaded, by whatever name it calls the function.
--: as hangs
--: run hangs --help
--: run recipes
--: run completions bash
--: run list
--: exit 0
--: seconds 20
local find, hard = string.find, ("a*"):rep(30) .. "b"
pcall(find, ("a"):rep(40), hard)
pcall(getmetatable("").__index.match, ("a"):rep(40), hard)
local text = ("a"):rep(5000)
while true do pcall(text.find, text, "a*b") end
