"""Parts for services whose reads run on an event loop: sessions with Postgres, a wire to Redis, answers that are held.

Nothing here waits in a thread, so that one wake-up of the loop serves all that has arrived; nothing is made for a
request that could be kept; and what many requests ask in one turn of the loop is asked once. It knows no framework and
no service.

    session ── sessions (a pool)          statements → rows
    wire ── RedisWire                     commands of one turn in one write
    turns.Turns                           one question for all who ask it in one turn
    held.Held                             bytes of this process, bounded
"""
