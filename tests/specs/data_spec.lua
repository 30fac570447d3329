--- Image data: up, down, and what must not be lost on the way.
local check = require "std.check"
local fs = require "fs"
local try = require "std.try"

local data = {}

data["what was uploaded comes back, by size and hash"] = function(t)
  local text = ("0123456789abcdef"):rep(70000)
  local image = t:image { disk_format = "raw", container_format = "bare" }
  local active = image:upload { data = text }
  check.equal(active.status, "active")
  check.equal(active.size, #text)
  check.equal(active.os_hash_algo, "sha512")
  check.equal(active:download() == text, true)
end

data["a file goes up and comes down, and the .part is gone"] = function(t)
  local up, down = t:name("up"), t:name("down")
  fs.write(up, "a small disk")
  local image = t:image { disk_format = "raw", container_format = "bare", file = up }
  check.equal(image.size, 12)
  check.equal(image:download { file = down }, 12)
  check.equal(fs.read(down), "a small disk")
  check.equal(fs.exists(down .. ".part"), false)
  local err = check.raises("usage", function()
    image:download { file = down }
  end)
  check.truthy(tostring(err):find(down, 1, true), tostring(err))
  check.equal(image:download { file = down, overwrite = true }, 12)
  fs.remove(up)
  fs.remove(down)
end

data["a function takes the data part by part, may wait, and ends them by an error"] = function(t)
  local text = ("0123456789abcdef"):rep(70000)
  local image = t:active_image { data = text }
  local parts = {}
  local size = image:download {
    to = function(part)
      parts[#parts + 1] = part
      image:refresh()
    end,
  }
  check.equal(size, #text)
  check.equal(table.concat(parts) == text, true)
  local _, err = try(image.download, image, {
    to = function()
      error "enough"
    end,
  })
  check.matches(tostring(err), "enough")
end

data["several connections at once receive the same bytes"] = function(t)
  local down = t:name "down"
  local text = ("0123456789abcdefg"):rep(200000)
  local image = t:active_image { data = text }
  check.equal(image:download { file = down, ranges = 3 }, #text)
  check.equal(fs.read(down) == text, true)
  fs.remove(down)
  for _, wrong in ipairs { { file = down, ranges = 0 }, { file = down, ranges = 17 }, { ranges = 2 } } do
    check.raises("usage", function()
      image:download(wrong)
    end)
  end
  check.raises("usage", function()
    image:download { file = down, to = print }
  end)
end

data["what a script's function raises comes back as the value that it is"] = function(t)
  local image, thrown = t:active_image(), { code = 7 }
  local function throw()
    error(thrown)
  end
  local _, received = try(image.download, image, { to = throw })
  check.equal(rawequal(received, thrown), true)
  local _, sent = try(image.upload, t:image(), { data = throw })
  check.equal(rawequal(sent, thrown), true)
end

data["a folder that is not there is told before the download"] = function(t)
  local image = t:active_image()
  local err = check.raises("usage", function()
    image:download { file = "no-such-folder/disk" }
  end)
  check.matches(tostring(err), "no%-such%-folder")
end

data["an empty file is refused, and no image is left behind"] = function(t)
  local file, name = t:name("empty"), t:name("orphan")
  fs.write(file, "")
  check.raises("usage", function()
    t:image { name = name, disk_format = "raw", container_format = "bare", file = file }
  end)
  check.equal(t.a:find_image(name), nil)
  fs.remove(file)
end

data["a create that fails at its data leaves no queued orphan"] = function(t)
  local name = t:name("orphan")
  local _, err = try(function()
    t:image { name = name, disk_format = "qcow2", container_format = "bare", data = "this is no qcow2" }
  end)
  check.equal(err.kind, "invalid")
  check.equal(t.a:find_image(name), nil)
end

data["an upload to an active image is a conflict"] = function(t)
  local image = t:active_image()
  check.raises("conflict", function()
    image:upload { data = "more" }
  end)
end

data["a queued image has no data to download"] = function(t)
  local image = t:image()
  check.raises("conflict", function()
    image:download()
  end)
end

data["data come from the store that is preferred, or from another that has them"] = function(t)
  local stores = try(t.a.stores, t.a)
  if not stores then t:skip "this cloud has but one store" end
  local image, down = t:active_image { data = "a small disk" }, t:name "down"
  for _, store in ipairs(stores) do
    check.equal(image:download { prefer = { store.id } }, "a small disk")
  end
  check.equal(image:download { file = down, prefer = { stores[2].id, stores[1].id } }, 12)
  fs.remove(down)
  -- What was downloaded may come from a cache, which asks for no store.
  image = t:active_image()
  local err = check.raises("invalid", image.download, image, { prefer = { stores[1].id, "nowhere" } })
  check.matches(err.message, "'nowhere' is not configured")
  check.matches(err.advice, "cloud:stores")
end

return data
