package io.microspring.samples.popularclient;

import io.microspring.annotation.MicroClient;
import io.microspring.samples.popular.proto.Request;
import io.microspring.samples.popular.proto.Response;

/**
 * The service, as its callers see it.
 */
@MicroClient("popular")
public interface Popular {

	Response ping(Request request);

}
