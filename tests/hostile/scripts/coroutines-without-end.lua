--- A script makes coroutines, closures and tasks without end.
--: memory 64
--: exit 0
--: says false
print((pcall(function() local t = {} for i = 1, 1e8 do t[i] = coroutine.create(print) coroutine.resume(t[i]) end end)))
print((pcall(function() require("task").parallel((function() local t = {} for i = 1, 1e6 do t[i] = i end return t end)(), function(i) return ("x"):rep(1e6) .. i end) end)))
