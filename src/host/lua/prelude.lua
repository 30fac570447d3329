-- The half of the host that has to be Lua: a function that calls back into Lua can only wait for the network
-- when it is written in Lua itself. Run once, when an engine is made.
--
-- `host` holds the Rust half. What is returned is for Rust to call.

local host = ...
local lift, rethrow, pending = host.lift, host.rethrow, host.pending
local native = {
  error = error,
  assert = assert,
  pcall = pcall,
  xpcall = xpcall,
  load = load,
  require = require, -- nil, unless trusted
  setmetatable = setmetatable,
}
local create, resume, yield, status = coroutine.create, coroutine.resume, coroutine.yield, coroutine.status
local close, running = coroutine.close, coroutine.running
local find, gsub = string.find, string.gsub
local type, tostring, getmetatable, collectgarbage = type, tostring, getmetatable, collectgarbage
local rawget_, rawset_, rawlen_, next_ = rawget, rawset, rawlen, next

-- Errors ----------------------------------------------------------------------------------------------------
-- What Rust raises travels as mlua's own opaque userdata, which keeps it whole when it passes through Rust
-- again. Wherever a script can lay hands on it, `lift` makes an error object of it, and `rethrow` the way
-- back.

local function raise(e)
  rethrow(e) -- comes back where `e` is no error object
  native.error(e, 0)
end

function error(message, level)
  rethrow(message)
  if math.type(level or 1) ~= "integer" then native.error(message, level) end
  level = level or 1
  native.error(message, level > 0 and level + 1 or 0)
end

function assert(...)
  local ok, message = ...
  if ok then return ... end
  rethrow(message)
  if select("#", ...) == 1 then native.error("assertion failed!", 2) end
  return native.assert(...)
end

local function outcome(ok, ...)
  if ok then return true, ... end
  return false, lift((...))
end

function pcall(...)
  return outcome(native.pcall(...))
end

-- `lift` raises where `e` is a panic of Rust, and a message handler must not raise: the panic is handed on
-- instead.
local function lifted(f, e)
  local ok, value = native.pcall(f, e)
  return value, not ok
end

function xpcall(f, handler, ...)
  if type(handler) ~= "function" then return native.xpcall(f, handler) end
  local function lifting(e)
    -- Where an interrupt or a bound has raised, no hook sees what runs now: a handler could go on for ever.
    if host.stopping() then return e end
    local value, panicked = lifted(lift, e)
    if panicked then return value end
    return (lifted(handler, value)) -- what a handler raises is not its own to handle
  end
  return outcome(native.xpcall(f, lifting, ...))
end

-- `__close(value, err)` is handed the error too.
local lifting_closers = native.setmetatable({}, { __mode = "k" })

-- With --trust there are finalisers. Those that Lua calls while the state is closed are skipped: no function
-- of Rust can be called any more.
local finalisers = native.setmetatable({}, { __mode = "k" })
local finished = false

local function let_finalise(meta, finalise)
  if not host.trust then host.refuse_gc() end
  if type(finalise) ~= "function" or finalisers[finalise] then return end
  local function unless_finished(value)
    if not finished then finalise(value) end
  end
  finalisers[unless_finished] = true
  rawset_(meta, "__gc", unless_finished)
end

local function finish()
  collectgarbage()
  finished = true
end

-- A finaliser would run at any time, in the middle of other people's code and with their permissions. Lua
-- marks a value for finalisation only here, so that a `__gc` added to the metatable later has no effect.
function setmetatable(value, meta)
  local closer = type(meta) == "table" and rawget_(meta, "__close")
  local finaliser = nil
  if type(meta) == "table" then finaliser = rawget_(meta, "__gc") end
  if finaliser ~= nil then let_finalise(meta, finaliser) end -- `false` marks a value too
  if type(closer) == "function" and not lifting_closers[closer] then
    local function lifting(closed, e)
      if host.stopping() then return end -- as for the handler of `xpcall`
      return closer(closed, lift(e))
    end
    lifting_closers[lifting] = true
    rawset_(meta, "__close", lifting)
  end
  return native.setmetatable(value, meta)
end

-- Coroutines ------------------------------------------------------------------------------------------------
-- A Rust function that waits yields `pending`. Inside a coroutine that a script made, that is none of the
-- script's business: it is handed on outwards, until it reaches Rust, and the coroutine is resumed with the
-- answer.

-- The coroutines that wait so just now. Whoever resumed or closed one would leave its task waiting for ever.
local waiting = native.setmetatable({}, { __mode = "k" })

-- Coroutines in which an interrupt or a bound has raised, with the error. No hook sees their `__close` any
-- more: it is not called.
local stopped = native.setmetatable({}, { __mode = "k" })

local resumed_elsewhere = "cannot resume a coroutine that another task waits in"

local forward

local function waited(co, ...)
  waiting[co] = nil
  return forward(co, resume(co, ...))
end

function forward(co, ok, first, ...)
  if ok and first == pending and status(co) == "suspended" then
    waiting[co] = true
    ---@diagnostic disable-next-line: await-in-sync
    return waited(co, yield(pending))
  end
  if not ok and host.stopping() and status(co) == "dead" then stopped[co] = { first } end
  return ok, first, ...
end

function coroutine.resume(co, ...)
  if waiting[co] then return false, resumed_elsewhere end
  return outcome(forward(co, resume(co, ...)))
end

local function unwrap(co, ok, ...)
  if ok then return ... end
  local e = ...
  if status(co) == "dead" and not stopped[co] then
    local closed, replaced = close(co)
    if not closed then e = replaced end
  end
  raise(e)
end

function coroutine.wrap(f)
  local co = create(f)
  return function(...)
    if waiting[co] then native.error(resumed_elsewhere, 2) end
    return unwrap(co, forward(co, resume(co, ...)))
  end
end

function coroutine.close(co)
  if waiting[co] then native.error("cannot close a coroutine that another task waits in", 2) end
  if stopped[co] then return outcome(false, stopped[co][1]) end
  return outcome(close(co))
end

-- Chunks and modules ----------------------------------------------------------------------------------------

function load(chunk, name, mode, ...)
  if mode and not find(mode, "t", 1, true) then
    return nil, "attempt to load bytecode, which Lunette never runs"
  end
  -- Only a file may be named as one: `require` looks beside it.
  if name then name = gsub(name, "^@", "=") end
  if type(chunk) == "function" then
    local read = chunk
    chunk = function() -- a function of C that is called for ever by C would be seen by no hook
      local part = read()
      return part
    end
  end
  return native.load(chunk, name, "t", ...)
end

-- A module that is not a file of the script's own is read-only: what a script sees is an empty table that
-- stands before the module, so that nothing can be changed for its other users.
local contents = native.setmetatable({}, { __mode = "k" }) -- what each such table shows
local titles = native.setmetatable({}, { __mode = "k" }) -- and the module's name

local function read_only(name, module)
  if type(module) ~= "table" then return module end
  local own = getmetatable(module) or {}
  local shown = native.setmetatable({}, {
    __metatable = false,
    __module = true,
    __index = module,
    __newindex = function(_, key)
      host.refuse_change(name, tostring(key))
    end,
    __pairs = function(shown)
      return function(_, key)
        return next_(module, key)
      end, shown, nil
    end,
    __len = function()
      return #module
    end,
    __call = own.__call,
    __name = own.__name,
    __dir = own.__dir,
  })
  contents[shown], titles[shown] = module, name
  return shown
end

function rawset(t, key, value)
  if titles[t] then host.refuse_change(titles[t], tostring(key)) end
  return rawset_(t, key, value)
end

function rawget(t, key)
  return rawget_(contents[t] or t, key)
end

function rawlen(t)
  return rawlen_(contents[t] or t)
end

function next(t, key)
  return next_(contents[t] or t, key)
end

local loaded = {} -- what each module gave, by its key
local loading = {} -- the coroutine in which it is being loaded
local chain = {} -- the names of those, in the order they were asked for
local files = {} -- and their files; false for modules of Rust

-- Closed when a module is loaded, or failed to be.
local load_ended = {
  __close = function(module)
    loading[module.key] = nil
    for i = #chain, 1, -1 do
      if chain[i] == module.name then
        table.remove(chain, i)
        table.remove(files, i)
        return
      end
    end
  end,
}

-- A module may wait for the network while it is loaded, which is why this is not C's `require`.
function require(name)
  local key = host.find(name, files[#files])
  if not key then return native.require(name) end -- trusted: Lua's own search goes on from here
  if loaded[key] ~= nil then return loaded[key] end
  if loading[key] then
    local circular = loading[key] == running() or status(loading[key]) == "normal"
    host.refuse_require(name, circular and table.concat(chain, " → ") or nil)
  end
  local _done <close> = native.setmetatable({ key = key, name = name }, load_ended)
  loading[key] = running()
  local value, file = host.open(key)
  chain[#chain + 1], files[#files + 1] = name, file or false
  if file then value = value(name, file) end
  if value == nil then value = true end
  if not find(key, "^file:") then value = read_only(name, value) end
  loaded[key] = value
  return value
end

-- Puts what a module gives now in the place of what it gave: whoever holds its table has the new functions.
local function renew(key)
  local value, file = host.open(key)
  if not file then return false end
  value = value(key, file)
  local old = contents[loaded[key]] or loaded[key]
  if type(old) == "table" and type(value) == "table" then
    for name in next_, old do
      rawset_(old, name, nil)
    end
    for name, new in next_, value do
      rawset_(old, name, new)
    end
  else
    loaded[key] = value == nil or value
  end
  return true
end

-- Every module that came from a file, read anew; the names of those, and at the end the first error.
local function reload()
  local keys, names, failed = {}, {}, nil
  for key in next_, loaded do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local ok, renewed = native.pcall(renew, key)
    if not ok then
      failed = failed or { renewed }
    elseif renewed then
      names[#names + 1] = gsub(key, "^%a+:", "")
    end
  end
  if failed then raise(failed[1]) end
  return names
end

-- Globals ---------------------------------------------------------------------------------------------------

function print(...)
  local parts = table.pack(...)
  for i = 1, parts.n do
    parts[i] = tostring(parts[i])
  end
  host.write(table.concat(parts, "\t"), "\n")
end

-- A global that is not there: made now, or an error where its name is read. What means something without
-- being a global is looked up each time: it becomes none.
local function missing(_, name)
  local make, module, unknown, otherwise = host.global(name)
  if unknown then native.error(unknown, 2) end
  if otherwise ~= nil then return otherwise end
  local value
  if make then
    value = make()
  else
    value = require(module)
  end
  rawset_(_G, name, value)
  return value
end

native.setmetatable(_G, { __metatable = false, __index = missing })

-- What every chunk runs under.
local function caught(e)
  return (lifted(host.caught, e))
end

local function run(f, ...)
  return native.xpcall(f, caught, ...)
end

return {
  run = run,
  pcall = pcall,
  raise = raise,
  require = require,
  reload = reload,
  missing = missing,
  setmetatable = native.setmetatable,
  finish = finish,
}
