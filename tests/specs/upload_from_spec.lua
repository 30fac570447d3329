--- Uploads from another image: of another project, of another region, and what may happen at either end.
local check = require "std.check"

local uploads = {}

local MIB = 1024 * 1024

--- Formats that take any data.
local function raw(options)
  options.disk_format, options.container_format = "raw", "bare"
  return options
end

uploads["another project's image is streamed, and both have one hash"] = function(t)
  local data = t:text(5 * MIB)
  local source = t:active_image { data = data }
  local copy = t:image(raw { from = source }, t.b)
  check.equal(copy.owner, t.b.project_id)
  check.equal(copy.os_hash_value, source.os_hash_value)
  check.equal(copy:download() == data, true)
end

uploads["another region's image is streamed"] = function(t)
  local source = t:active_image()
  local there = t:elsewhere(t.b)
  local copy = t:image(raw { from = source }, there)
  check.equal(copy.os_hash_value, source.os_hash_value)
end

uploads["an image without data is no source, and nothing is created"] = function(t)
  local source, name = t:image(raw {}), t:name()
  check.raises("conflict", function()
    t:image(raw { name = name, from = source })
  end)
  check.equal(t.a:find_image(name), nil)
end

uploads["a source whose data are wrong makes no image"] = function(t)
  local source, name = t:active_image(), t:name()
  t.sandbox.faults "image-download wrong-hash"
  check.raises("integrity", function()
    t:image(raw { name = name, from = source }, t.b)
  end)
  check.equal(t.b:find_image(name), nil)
end

uploads["a source is downloaded again where the other end was busy"] = function(t)
  local data = t:text(3 * MIB)
  local source = t:active_image { data = data }
  t.sandbox.faults "image-upload status=503 retry-after=0 count=1"
  local copy = t:image(raw { from = source }, t.b)
  check.equal(copy.os_hash_value, source.os_hash_value)
end

uploads["a source that is cut off goes on, and is downloaded again where the other end was busy"] = function(
  t
)
  local data = t:text(3 * MIB)
  local source = t:active_image { data = data }
  local there = t:elsewhere(t.b)
  for _, cloud in ipairs { t.b, there } do
    t.sandbox.faults {
      { "image-download", cut = MIB, count = 2 },
      { "image-upload", status = 503, ["retry-after"] = 0, count = 1 },
    }
    local copy = t:image(raw { from = source }, cloud)
    check.equal(copy.os_hash_value, source.os_hash_value)
    t.sandbox.faults {}
    check.equal(copy:download() == data, true)
  end
end

return uploads
