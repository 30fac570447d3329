---@meta sandbox

assert(false, 'stdlib/meta/sandbox.lua is documentation; write require "sandbox" instead')

--- What a spec may do to the sandbox that it runs against. Without a sandbox, every function raises `usage`.
---@class sandbox
local sandbox = {}

--- Lets these faults strike from now on, and no others; `sandbox.faults {}` mends everything.
---
--- A fault is a text such as `image-download status=503 count=2`, or a table of the same words:
--- `{ "image-download", status = 503, count = 2 }`. First the operation: a name as in `glance help`, several
--- by `image-*`, `any`, or a method and a path such as `GET /v2/images/{image}/file`. Then when it strikes:
--- `count` (at most so often), `after` (not the first N), `probability` (0 to 1) with a `seed`. And what
--- happens:
---
--- `status` a refusal, 429 with `retry-after` · `html` a proxy's page instead · `hang-up` no answer · `late`
--- what was asked is done before it fails · `delay` seconds · `cut` bytes of data, then the connection breaks
--- · `stall` bytes of data, then nothing more, and no end either · `slow` bytes a second · `wrong-hash` data
--- and hash differ · `drop-next` a list ends early · `end-token` the token ends before the request ·
--- `ignore-case` a list of images compares texts as MySQL does, without case and blanks at the end · `import`
--- is `fail` or `hang`
---
--- Raises: usage (a fault that names nothing; the nearest).
---@param faults string|table|(string|table)[]
function sandbox.faults(faults) end

--- Moves the cloud's clock forward by that many seconds: tokens end, and what takes time is done.
---@param seconds number
function sandbox.advance(seconds) end

--- What was asked so far and how it ended, oldest first: `GET /image/v2/images?limit=2 200`.
---@return string[]
function sandbox.requests() end

return sandbox
