/**
 * SOFA's bolt, with Hessian, its default: the protocol by itself, called with callbacks,
 * and under SOFARPC, called and waited for. Both share one connection and use epoll, as
 * they do by themselves. By default bolt has 400 threads and 600 places in their queue,
 * SOFARPC 200 threads and none, and refuse what is more; both advise to size that queue
 * for the load (sofastack.tech, SOFABolt, "User guide", {@code bolt.tp.queue}; SOFARPC,
 * "Basic configuration", {@code queues}), so here it holds every call that is made. bolt
 * refuses besides to write to a connection with 64 KiB unsent, which one large message
 * is; that limit is raised too ({@code bolt.netty.buffer.high.watermark}). Netty is for
 * the user to bring: the newest that has the packages bolt wants. go-micro has no
 * counterpart.
 */
@NullMarked
package io.microspring.benchmarks.bolt;

import org.jspecify.annotations.NullMarked;
