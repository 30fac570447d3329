-- What `--trust` changes of Lua's own library: files are loaded as text, never as bytecode, and what `io`
-- writes to standard output does not fall behind what `print` does.

io.stdout:setvbuf "no"

local loadfile_ = loadfile

function loadfile(path, mode, ...)
  if mode and not mode:find("t", 1, true) then
    return nil, "attempt to load bytecode, which Lunette never runs"
  end
  return loadfile_(path, "t", ...)
end

function dofile(path)
  return assert(loadfile(path))()
end
