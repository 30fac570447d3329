--- Recursion in Lua, in metamethods, in patterns, in coroutines and through callbacks of C.
--: exit 0
--: says survived
local function f() return 1 + f() end
pcall(f)
local m = setmetatable({}, {})
getmetatable(m).__index = function(t, k) return t[k .. "x"] end
pcall(function() return m.x end)
local function wrap() return coroutine.wrap(wrap)() end
pcall(wrap)
local function call() return pcall(call) end
pcall(function() return select("#", table.unpack({}, 1, 1e7)) end)
local function sorts() table.sort({ 1, 2 }, function() sorts() end) end
pcall(sorts)
local function gsubs() return (("x"):gsub("x", gsubs)) end
pcall(gsubs)
local t = setmetatable({}, { __tostring = function(t) return tostring(t) end })
pcall(tostring, t)
pcall(load, ("("):rep(1e5) .. (")"):rep(1e5))
pcall(load, ("{"):rep(1e5))
pcall(string.find, ("a"):rep(1e5), ("(.-)"):rep(40))
pcall(require("std.inspect"), setmetatable({}, { __index = function(t) return t end, __pairs = function(t) return next, t end }))
print "survived"
