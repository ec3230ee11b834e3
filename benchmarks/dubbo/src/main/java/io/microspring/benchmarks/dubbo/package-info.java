/**
 * Dubbo, by its Java API and without a registry. Triple: protobuf and the code of Dubbo's
 * own generator, as its makers advise for new services (dubbo.apache.org, "Triple
 * protocol"). TCP: the protocol {@code dubbo} with Hessian, its default. Both have 200
 * threads for handlers, the default, and, what is not, a queue before them, since Dubbo
 * refuses calls above that number (dubbo.apache.org, "Threading model", {@code queues});
 * clients call typed interfaces and wait, on one connection, its default. Protobuf is of
 * the version that Dubbo is built with. go-micro has no counterpart.
 */
@NullMarked
package io.microspring.benchmarks.dubbo;

import org.jspecify.annotations.NullMarked;
