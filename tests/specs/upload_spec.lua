--- Uploads: every place data may come from, and what the cloud may do to them on the way.
local check = require "std.check"
local fs = require "fs"
local task = require "task"
local try = require "std.try"

local uploads = {}

local MIB = 1024 * 1024

--- Formats that take any data.
local function raw(options)
  options.disk_format, options.container_format = "raw", "bare"
  return options
end

--- A function that gives these parts, one at each call; a part that is a function is called.
local function parts(...)
  local list, at = { ... }, 0
  return function()
    at = at + 1
    local part = list[at]
    if type(part) == "function" then return part() end
    return part
  end
end

--- How many requests the sandbox has answered that begin so.
local function asked(t, start)
  local count = 0
  for _, line in ipairs(t.sandbox.requests()) do
    if line:find(start, 1, true) == 1 then count = count + 1 end
  end
  return count
end

--- Waits until the image has that status: its data are on their way, or are not any more.
local function becomes(status, image)
  for _ = 1, 200 do
    image = image:refresh()
    if image.status == status then return image end
    task.sleep(0.05)
  end
  error("the image stays " .. image.status)
end

local function holds(image, data)
  check.equal(image.status, "active")
  check.equal(image.size, #data)
  check.equal(image:download() == data, true)
end

uploads["a function gives the data, part after part"] = function(t)
  local data = t:text(3 * MIB)
  local image = t:image(raw { data = parts(data:sub(1, 10), "", data:sub(11, MIB), data:sub(MIB + 1)) })
  holds(image, data)
end

uploads["a function may wait, also for another cloud"] = function(t)
  local other = t:active_image({ data = "from project b" }, t.b)
  local image = t:image(raw {})
  local data = parts("it says: ", function()
    return t.b:image(other.id):download()
  end)
  holds(image:upload { data = data, size = 23 }, "it says: from project b")
end

uploads["what a function raises is raised whole, and the image can be uploaded to again at once"] = function(
  t
)
  local image = t:image(raw {})
  local _, err = try(function()
    image:upload {
      data = parts(("x"):rep(100000), "y", function()
        becomes("saving", image)
        error "no more"
      end),
    }
  end)
  check.matches(err, "upload_spec.lua:%d+: no more$")
  holds(image:upload { data = "abc" }, "abc")
end

uploads["a create whose function fails leaves no image"] = function(t)
  local name = t:name()
  local nothing = function()
    return t.a:image "no image has this name"
  end
  for _, data in ipairs { parts(nothing), parts(("x"):rep(100000), nothing) } do
    check.raises("not_found", function()
      t:image(raw { name = name, data = data })
    end)
    check.equal(t.a:find_image(name), nil)
  end
end

uploads["a function that gives something else than text is told so"] = function(t)
  local image = t:image(raw {})
  local err = check.raises("usage", function()
    image:upload { data = parts("a", function()
      return {}
    end) }
  end)
  check.matches(err.message, "gave a table")
end

uploads["more or fewer bytes than were said are refused"] = function(t)
  for _, size in ipairs { 5, 7 } do
    local name = t:name()
    check.raises("usage", function()
      t:image(raw { name = name, data = parts("abc", "def"), size = size })
    end)
    check.equal(t.a:find_image(name), nil)
  end
end

uploads["empty data are refused unless they are wanted"] = function(t)
  local image = t:image(raw {})
  for _, data in ipairs { "", parts(), parts("", "") } do
    local err = check.raises("usage", function()
      image:upload { data = data }
    end)
    check.matches(err.message, "is empty")
  end
  holds(image:upload { data = parts(), allow_empty = true }, "")
end

uploads["one source is named, and no more"] = function(t)
  local image = t:image(raw {})
  for _, options in ipairs { {}, { data = "a", file = "b" }, { data = "a", from = image }, { from = "b" } } do
    check.raises("usage", function()
      image:upload(options)
    end)
  end
  check.raises("usage", function()
    t:image { size = 5 }
  end)
end

uploads["a store that does not exist is told, and the image stays queued"] = function(t)
  local image = t:image(raw {})
  -- More than fits into any buffer on the way: the no comes before the data are through.
  local err = check.raises("invalid", function()
    image:upload { data = t:text(32 * MIB), store = "nowhere" }
  end)
  check.matches(err.message, "nowhere")
  check.equal(image:refresh().status, "queued")
end

uploads["a store is chosen by name"] = function(t)
  local image = t:image(raw { data = "abc", store = "slow" })
  check.equal(image.stores, "slow")
end

uploads["formats must be set before the data"] = function(t)
  local image = t:image()
  local err = check.raises("invalid", function()
    image:upload { data = "abc" }
  end)
  check.matches(err.advice, "image:update")
end

uploads["a quota is a limit, told before the data are through"] = function(t)
  local name = t:name()
  local data = t:text(MIB)
  local err = check.raises("limit", function()
    t:image(raw {
      name = name,
      size = 1 << 50,
      data = function()
        return data
      end,
    })
  end)
  check.equal(err.status, 413)
  check.equal(t.a:find_image(name), nil)
end

uploads["an image that is deleted meanwhile is not found"] = function(t)
  local image = t:image(raw {})
  local delete = function()
    becomes("saving", image):delete()
    return "more"
  end
  check.raises("not_found", function()
    image:upload { data = parts(t:text(MIB), delete, "end") }
  end)
end

uploads["staged data wait for an import"] = function(t)
  local image = t:image():stage { data = parts("abc", "def") }
  check.equal(image.status, "uploading")
  check.equal(image.size, 6)
  local err = check.raises("conflict", function()
    image:stage { data = "more" }
  end)
  check.matches(err.advice, "import")
  check.raises("usage", function()
    image:stage { data = "more", store = "slow" }
  end)
end

uploads["what an import makes of staged data is compared with them"] = function(t)
  local image = t:image(raw {}):stage { data = parts("abc", "def") }
  holds(image:import { method = "glance-direct", wait = true }, "abcdef")
  image = t:image(raw {}):stage { data = "abc" }
  t.sandbox.faults "image-show wrong-hash"
  local err = check.raises("integrity", function()
    image:import { method = "glance-direct", wait = true }
  end)
  check.matches(err.message, "what was staged")
end

uploads["a stage whose function fails can be tried again at once"] = function(t)
  local image = t:image()
  local _, err = try(function()
    image:stage {
      data = parts(("x"):rep(100000), "y", function()
        becomes("uploading", image)
        error "no more"
      end),
    }
  end)
  check.matches(err, "no more")
  check.equal(image:stage({ data = "abc" }).size, 3)
end

uploads["a file that is cut off anywhere is sent again from its start"] = function(t)
  local data, file = t:text(2 * MIB), t:name()
  fs.write(file, data)
  t:after(function()
    fs.remove(file)
  end)
  for _, bytes in ipairs { 0, 1, 65536, MIB, 2 * MIB - 1 } do
    t.sandbox.faults { { "image-upload", cut = bytes, count = 1 } }
    local before = asked(t, "PUT ")
    holds(t:image(raw { file = file }), data)
    check.truthy(asked(t, "PUT ") - before >= 2)
  end
end

uploads["a connection that always breaks is unavailable, and no image is left"] = function(t)
  t.sandbox.faults "image-upload cut=1000"
  local name = t:name()
  check.raises("unavailable", function()
    t:image(raw { name = name, data = t:text(MIB) })
  end)
  check.equal(t.a:find_image(name), nil)
end

uploads["another attempt sends all data from their start"] = function(t)
  local data = t:text(MIB)
  local busy = {
    { "image-upload", status = 503, count = 2 },
    { "image-upload", status = 503, ["retry-after"] = 0, count = 2 },
    { "image-upload", status = 429, ["retry-after"] = 0, count = 2 },
    { "image-upload", status = 429, count = 1 },
  }
  for _, fault in ipairs(busy) do
    t.sandbox.faults { fault }
    holds(t:image(raw { data = data }), data)
  end
end

uploads["a service that stays busy is told in its own words"] = function(t)
  local image = t:image(raw {})
  for status, kind in pairs { [503] = "unavailable", [429] = "limit" } do
    t.sandbox.faults { { "image-upload", status = status, ["retry-after"] = 3600 } }
    local err = check.raises(kind, function()
      image:upload { data = "abc" }
    end)
    check.equal(err.status, status)
  end
end

uploads["what a function gave is not sent again, and the image stays queued"] = function(t)
  local image = t:image(raw {})
  t.sandbox.faults "image-upload status=503 retry-after=0 count=1"
  local before = asked(t, "PUT ")
  local err = check.raises("unavailable", function()
    image:upload { data = parts("abc", "def") }
  end)
  check.matches(err.advice, "stays queued")
  check.equal(asked(t, "PUT ") - before, 1)
  holds(image:upload { data = parts("abc", "def") }, "abcdef")
end

uploads["a token that ends before the data is renewed, and they are sent again"] = function(t)
  local image = t:image(raw {})
  t.sandbox.faults "image-upload end-token count=1"
  holds(image:upload { data = "abc" }, "abc")
end

uploads["a token that ends before what can be had once is told"] = function(t)
  local image = t:image(raw {})
  t.sandbox.faults "image-upload end-token count=1"
  local err = check.raises("unauthorized", function()
    image:upload { data = parts("abc", "def") }
  end)
  check.matches(err.advice, "cannot be read again")
  holds(image:upload { data = "abc" }, "abc")
end

uploads["a token that ends while the data are on their way does no harm"] = function(t)
  local image = t:image(raw {})
  local late = function()
    becomes("saving", image)
    t.sandbox.advance(48 * 60 * 60)
    return "late"
  end
  holds(image:upload { data = parts(t:text(MIB), late) }, t:text(MIB) .. "late")
end

uploads["data whose answer was lost are found to be there"] = function(t)
  t.sandbox.faults "image-upload hang-up late count=1"
  holds(t:image(raw { data = "abc" }), "abc")
  -- Nor is there an answer to what can be sent only once.
  t.sandbox.faults "image-upload hang-up late count=1"
  holds(t:image(raw { data = parts("abc", "def") }), "abcdef")
end

uploads["a hash that differs is an integrity error, and no image is left"] = function(t)
  t.sandbox.faults "image-show wrong-hash"
  local name = t:name()
  check.raises("integrity", function()
    t:image(raw { name = name, data = "abc" })
  end)
  t.sandbox.faults {}
  check.equal(t.a:find_image(name), nil)
end

return uploads
