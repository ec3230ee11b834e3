package io.microspring.samples.greeterclient;

import io.microspring.annotation.MicroClient;
import io.microspring.call.Stream;
import io.microspring.samples.greeter.proto.Request;
import io.microspring.samples.greeter.proto.Response;
import io.microspring.samples.greeter.proto.StreamRequest;

/**
 * The greeter, as its callers see it.
 */
@MicroClient("${service:go.micro.srv.greeter}")
public interface Say {

	Response hello(Request request);

	Stream<StreamRequest, Response> stream(StreamRequest request);

}
