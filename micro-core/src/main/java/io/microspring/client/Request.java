package io.microspring.client;

import java.lang.reflect.Type;
import java.util.Objects;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.microspring.codec.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * What to call, and with what. Immutable. go-micro: {@code client.Request}.
 *
 * @param service the name of the service
 * @param endpoint the endpoint, such as {@code Say.Hello}; a path of gRPC, such as
 * {@code /helloworld.Greeter/SayHello}, is called by gRPC unless somebody says otherwise
 * @param body the request object, or null for none
 * @param method what the endpoint takes and answers, where that is known by descriptor;
 * or null
 */
public record Request(String service, String endpoint, @Nullable Object body, @Nullable MethodDescriptor method) {

	public Request {
		Objects.requireNonNull(service, "service");
		Objects.requireNonNull(endpoint, "endpoint");
	}

	/**
	 * A request.
	 * @param service the name of the service
	 * @param endpoint the endpoint
	 * @param body the request object, or null for none
	 * @return the request
	 */
	public static Request of(String service, String endpoint, @Nullable Object body) {
		return new Request(service, endpoint, body, null);
	}

	/**
	 * A request of a method that protobuf describes, under its full name, as any server
	 * of gRPC knows it. An answer that is asked for as a
	 * {@link com.google.protobuf.DynamicMessage} is one of the method's output type.
	 * @param service the name of the service, which is its key in the registry and need
	 * not be protobuf's
	 * @param method the method
	 * @param body the request message, or null for none
	 * @return the request
	 * @throws IllegalArgumentException when the message is not of the method's input type
	 */
	public static Request of(String service, MethodDescriptor method, @Nullable Message body) {
		if (body != null && !body.getDescriptorForType().getFullName().equals(method.getInputType().getFullName())) {
			throw new IllegalArgumentException(method.getFullName() + " takes " + method.getInputType().getFullName()
					+ ", not " + body.getDescriptorForType().getFullName());
		}
		return new Request(service, "/" + method.getService().getFullName() + "/" + method.getName(), body, method);
	}

	/** The type to decode answers to. */
	Type answerType(Type asked) {
		return (asked == DynamicMessage.class && this.method != null) ? new MessageType(this.method.getOutputType())
				: asked;
	}

}
