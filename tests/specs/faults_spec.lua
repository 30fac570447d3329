--- How the client bears what real clouds do to it. The sandbox fails on request, so these need one.
local check = require "std.check"

local faults = {}

--- How many requests the sandbox has answered that begin so.
local function asked(t, start)
  local count = 0
  for _, line in ipairs(t.sandbox.requests()) do
    if line:find(start, 1, true) == 1 then count = count + 1 end
  end
  return count
end

faults["a service that is down for a moment is asked again"] = function(t)
  local image = t:image()
  t.sandbox.faults { { "image-show", status = 503, count = 2 } }
  local before = asked(t, "GET /image/v2/images/" .. image.id)
  check.equal(image:refresh().id, image.id)
  check.equal(asked(t, "GET /image/v2/images/" .. image.id) - before, 3)
end

faults["a service that stays down is unavailable"] = function(t)
  local image = t:image()
  t.sandbox.faults "image-show status=503"
  local err = check.raises("unavailable", function()
    image:refresh()
  end)
  check.equal(err.status, 503)
end

faults["a token that ends on the way is renewed"] = function(t)
  local image = t:image()
  local before = asked(t, "POST /identity/v3/auth/tokens")
  t.sandbox.faults { { "image-show", end_token = true, count = 1 } }
  check.equal(image:refresh().id, image.id)
  check.equal(asked(t, "POST /identity/v3/auth/tokens") - before, 1)
end

faults["a token that is old is renewed"] = function(t)
  local image = t:image()
  t.sandbox.advance(2 * 60 * 60)
  check.equal(image:refresh().id, image.id)
end

faults["a proxy's page is no answer of Glance's"] = function(t)
  local image = t:image()
  t.sandbox.faults "image-show html status=200"
  check.raises("protocol", function()
    image:refresh()
  end)
end

faults["data that differ from their hash are told"] = function(t)
  local image = t:active_image()
  t.sandbox.faults "image-download wrong-hash"
  check.raises("integrity", function()
    image:download()
  end)
end

faults["a fault that names nothing names the nearest"] = function(t)
  local sandbox = t.sandbox
  local err = check.raises("usage", function()
    sandbox.faults { "image-shw status=503" }
  end)
  check.matches(err.advice, "image%-show")
  check.raises("usage", function()
    sandbox.faults { { "image-show", sttus = 503 } }
  end)
end

return faults
