-- Several requests leave at once on each connection: as many as the first word says.
-- wrk counts each answer, and sends the next batch when the last of them has come.
function init(words)
    local count = tonumber(words[1])
    local one = wrk.format
    wrk.format = function(...) return one(...):rep(count) end
end
