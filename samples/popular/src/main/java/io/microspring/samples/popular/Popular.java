package io.microspring.samples.popular;

import io.microspring.annotation.MicroHandler;
import io.microspring.samples.popular.proto.Request;
import io.microspring.samples.popular.proto.Response;

/**
 * Answers a ping.
 */
@MicroHandler
public class Popular {

	public Response ping(Request request) {
		return Response.newBuilder().setMsg("Ping " + request.getName()).build();
	}

}
