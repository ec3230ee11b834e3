package io.microspring.samples.greeter;

import io.microspring.annotation.MicroHandler;
import io.microspring.call.Stream;
import io.microspring.samples.greeter.proto.Request;
import io.microspring.samples.greeter.proto.Response;
import io.microspring.samples.greeter.proto.StreamRequest;
import io.microspring.server.Call;

/**
 * Greets once, again and again, or back and forth.
 */
@MicroHandler
public class Say {

	public Response hello(Request request, Call call) throws Exception {
		String special = SpecialNames.answer(request.getName(), call);
		return response((special != null) ? special : "Hello " + request.getName());
	}

	public void stream(StreamRequest request, Stream<Response, StreamRequest> stream) throws Exception {
		for (int i = 0; i < request.getCount(); i++) {
			stream.send(response("Hello " + request.getName() + " " + i));
			SpecialNames.pause();
		}
		SpecialNames.fail(request.getName());
	}

	public void bidi(Stream<Response, Request> stream, Call call) throws Exception {
		for (Request request : stream.received()) {
			if (request.getName().equals("end")) {
				return;
			}
			stream.send(hello(request, call));
		}
	}

	private static Response response(String msg) {
		return Response.newBuilder().setMsg(msg).build();
	}

}
