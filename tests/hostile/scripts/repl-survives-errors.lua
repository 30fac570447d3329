--- What is typed raises every kind of value, and the REPL goes on.
--: repl
--: exit 0 1 2 3
error(nil)
error(setmetatable({}, { __tostring = error }))
error({})
error(setmetatable({}, { __name = "\27[2J" }))
error(coroutine.create(print))
setmetatable({}, { __tostring = function() return 5 end })
setmetatable({}, { __tostring = function() error "x" end })
coroutine.wrap(function() error "y" end)()
(function() local function f() return 1 + f() end return f() end)()
pcall = nil
local x <close> = setmetatable({}, { __close = function() error "z" end })
return
break
goto x
)
"\27[2J\7"
("\xff\xfe")
